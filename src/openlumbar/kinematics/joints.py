"""The landmarks that signals rest on, in an order in which whatever belongs together stands together.

All arrays of single frames in this package have this order. After the nose, left and right take turns.
"""

from typing import cast

import numpy as np

from openlumbar.pose.landmarks import TRUNK_AND_LEGS
from openlumbar.pose.landmarks import Landmark as L

USED = (
    L.NOSE,
    *(L.LEFT_EAR, L.RIGHT_EAR),
    *(L.LEFT_WRIST, L.RIGHT_WRIST),
    *(L.LEFT_ELBOW, L.RIGHT_ELBOW),
    *TRUNK_AND_LEGS,
    *(L.LEFT_HEEL, L.RIGHT_HEEL),
    *(L.LEFT_FOOT_INDEX, L.RIGHT_FOOT_INDEX),
)

LANDMARKS = np.array(USED)
"""Joint → its landmark in a pose track."""

JOINT_COUNT = len(USED)

_INDEX = tuple(cast("int", np.int64(joint)) for joint in range(JOINT_COUNT))
"""NumPy's integers and not Python's, for each value of which a function would be compiled anew."""

NOSE = _INDEX[0]
LEFT_EAR, RIGHT_EAR = _INDEX[1:3]
LEFT_WRIST, RIGHT_WRIST = _INDEX[3:5]
LEFT_ELBOW, RIGHT_ELBOW = _INDEX[5:7]
LEFT_SHOULDER, RIGHT_SHOULDER = _INDEX[7:9]
LEFT_HIP, RIGHT_HIP = _INDEX[9:11]
LEFT_KNEE, RIGHT_KNEE = _INDEX[11:13]
LEFT_ANKLE, RIGHT_ANKLE = _INDEX[13:15]
LEFT_HEEL, RIGHT_HEEL = _INDEX[15:17]
LEFT_FOOT_INDEX, RIGHT_FOOT_INDEX = _INDEX[17:19]

MEASURED_FROM, LEGS_FROM, MEASURED_TO = LEFT_SHOULDER, LEFT_HIP, LEFT_HEEL
"""Size, plausibility and visibility rest on shoulders, hips, knees and ankles; the legs are all but the shoulders."""
