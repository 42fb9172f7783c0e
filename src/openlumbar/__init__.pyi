from openlumbar import assessment as assessment
from openlumbar import mechanics as mechanics
from openlumbar.assessment.analysis import Analysis as Analysis
from openlumbar.errors import InputError as InputError
from openlumbar.physique import Physique as Physique
from openlumbar.pipeline.analyze import analyze as analyze

__version__: str
__all__ = ["Analysis", "InputError", "Physique", "__version__", "analyze", "assessment", "mechanics"]
