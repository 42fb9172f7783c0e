import hashlib
import subprocess

import pytest

from npm_models import fetched
from openlumbar import assets
from openlumbar.errors import InputError

IN_PLACE = "Pose models, browser client and compiled code are in place."


@pytest.fixture
def no_build(monkeypatch):
    """Let the packages be installed and the client and the compiled code be there; only the products are made."""
    monkeypatch.setattr(assets, "has_packages", lambda _web: True)
    monkeypatch.setattr(assets, "is_built", lambda _web, _target: True)
    monkeypatch.setattr(assets, "_is_compiled", lambda _assets: True)


def test_a_missing_model_is_one_line_with_the_remedy(tmp_path):
    with pytest.raises(InputError, match=r"pose model 'full': is missing; .*make run"):
        assets.read_model("full", tmp_path)


def test_a_damaged_model_is_refused(tmp_path):
    (tmp_path / "pose_landmark_lite.tflite").write_bytes(b"TFL3")

    with pytest.raises(InputError, match="damaged"):
        assets.read_model("lite", tmp_path)


@fetched
@pytest.mark.usefixtures("no_build")
def test_products_are_made_once_and_are_what_they_should_be(tmp_path):
    assert list(assets.prepare(assets=tmp_path)) == ["Pose models are ready.", IN_PLACE]
    assert list(assets.prepare(assets=tmp_path)) == [IN_PLACE]
    assert assets.are_in_place(assets=tmp_path)

    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert made == {product.path for product in assets._PRODUCTS}
    for product in assets._PRODUCTS:
        assert hashlib.sha256((tmp_path / product.path).read_bytes()).hexdigest() == product.sha256
    assert all(assets.read_model(name, tmp_path / "models") for name in ("detection", *assets.LANDMARK_MODELS))


@fetched
@pytest.mark.parametrize("path", ["models/pose_landmark_lite.tflite", "web/models/pose_lite.task"])
@pytest.mark.usefixtures("no_build")
def test_a_product_that_was_tampered_with_is_made_anew(tmp_path, path):
    list(assets.prepare(assets=tmp_path))
    made = (tmp_path / path).read_bytes()
    (tmp_path / path).write_bytes(b"no model")

    assert not assets.are_in_place(assets=tmp_path)
    assert list(assets.prepare(assets=tmp_path)) == ["Pose models are ready.", IN_PLACE]
    assert (tmp_path / path).read_bytes() == made


@pytest.mark.parametrize(("content", "problem"), [(b"else", "is not the file that was expected"), (b"", "is missing")])
@pytest.mark.usefixtures("no_build")
def test_another_package_than_the_expected_one_is_refused(tmp_path, content, problem):
    package = tmp_path / "web" / "node_modules" / "@mediapipe" / "pose"
    package.mkdir(parents=True)
    if content:
        (package / "pose_solution_packed_assets.data").write_bytes(content)

    with pytest.raises(InputError, match=f"packed_assets.data: {problem}.*; remove web/node_modules"):
        list(assets.prepare(tmp_path, tmp_path / "assets"))
    assert not (tmp_path / "assets").exists()


@pytest.mark.usefixtures("no_build")
def test_a_product_that_comes_out_otherwise_is_not_written(tmp_path, monkeypatch):
    source = assets._Source("file", hashlib.sha256(b"content").hexdigest())
    product = assets._Product("file", hashlib.sha256(b"expected").hexdigest(), (source,), lambda content: content)
    monkeypatch.setattr(assets, "_PRODUCTS", (product,))
    (tmp_path / "web" / "node_modules").mkdir(parents=True)
    (tmp_path / "web" / "node_modules" / "file").write_bytes(b"content")

    with pytest.raises(InputError, match="file: was made into something unexpected"):
        list(assets.prepare(tmp_path, tmp_path / "assets"))
    assert not (tmp_path / "assets").exists()


@pytest.mark.usefixtures("no_build")
def test_packages_are_fetched_only_when_they_are_needed(tmp_path, monkeypatch):
    fetches = []
    monkeypatch.setattr(assets, "has_packages", lambda _web: bool(fetches))
    monkeypatch.setattr(assets, "install_packages", fetches.append)
    monkeypatch.setattr(assets, "_PRODUCTS", ())

    assert list(assets.prepare(tmp_path, tmp_path / "assets")) == [IN_PLACE]
    assert fetches == []
    assert len(list(assets.prepare(tmp_path, tmp_path / "assets", packages=True))) == 2
    assert fetches == [tmp_path / "web"]


@pytest.mark.usefixtures("no_build")
def test_the_client_is_built_when_its_sources_changed(tmp_path, monkeypatch):
    builds = []
    monkeypatch.setattr(assets, "is_built", lambda _web, _target: bool(builds))
    monkeypatch.setattr(assets, "build_client", lambda web, target: builds.append((web, target)))
    monkeypatch.setattr(assets, "_PRODUCTS", ())

    assert not assets.are_in_place(tmp_path, tmp_path / "assets")
    assert list(assets.prepare(tmp_path, tmp_path / "assets")) == ["The browser client is built.", IN_PLACE]
    assert list(assets.prepare(tmp_path, tmp_path / "assets")) == [IN_PLACE]
    assert builds == [(tmp_path / "web", tmp_path / "assets" / "web")]


@pytest.fixture
def a_warm_module(tmp_path, monkeypatch):
    """Stand in for the module that compiles: a package with one source, and a compiler that leaves its trace."""
    package = tmp_path / "package"
    (package / "mechanics" / "__pycache__").mkdir(parents=True)
    (package / "mechanics" / "warm.py").write_text("")
    monkeypatch.setattr(assets, "_PACKAGE", package)
    monkeypatch.setattr(assets, "_WARM", package / "mechanics" / "warm.py")
    monkeypatch.setattr(assets, "_PRODUCTS", ())
    monkeypatch.setattr(assets, "has_packages", lambda _web: True)
    monkeypatch.setattr(assets, "is_built", lambda _web, _target: True)
    return package / "mechanics"


class Compiler:
    """Stands in for the process that compiles."""

    def __init__(self, folder, returncode=0, stderr=""):
        self.folder, self.returncode, self.stderr = folder, returncode, stderr

    def __call__(self, *_arguments, **_options):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        (self.folder / "__pycache__" / "warm.nbi").write_bytes(b"")

    def communicate(self):
        return "", self.stderr


def test_code_is_compiled_once_and_again_when_its_sources_or_its_outcome_change(tmp_path, a_warm_module, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", Compiler(a_warm_module))

    def lines():
        return len(list(assets.prepare(tmp_path, tmp_path / "assets")))

    assert (lines(), lines()) == (2, 1)
    (a_warm_module / "step.py").write_text("changed = True")
    assert (lines(), lines()) == (2, 1)
    (a_warm_module / "__pycache__" / "warm.nbi").unlink()
    assert (lines(), lines()) == (2, 1)


def test_code_that_cannot_be_compiled_is_one_line_and_tried_again(tmp_path, a_warm_module, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", Compiler(a_warm_module, 1, "Traceback …\nTypingError: no\n"))

    for _ in range(2):
        with pytest.raises(InputError, match=r"mechanics: cannot be compiled \(TypingError: no\)"):
            list(assets.prepare(tmp_path, tmp_path / "assets"))


@pytest.mark.usefixtures("no_build")
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "assets").write_text("a file in the way")
    monkeypatch.setattr(assets, "_made", lambda _product, _modules: b"")

    with pytest.raises(InputError, match=r"assets.*: cannot be written"):
        list(assets.prepare(tmp_path, tmp_path / "assets"))


def test_the_command_says_each_step_and_a_failure_in_one_line(monkeypatch, capsys):
    def failing(packages):
        yield f"packages: {packages}"
        raise InputError("npm ci", "failed (offline)", "check the network")

    monkeypatch.setattr(assets, "prepare", failing)

    assert assets.main(["--packages"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("packages: True\n", "npm ci: failed (offline); check the network\n")


@pytest.mark.parametrize("in_place", [True, False])
def test_a_check_prepares_nothing(monkeypatch, capsys, in_place):
    monkeypatch.setattr(assets, "are_in_place", lambda: in_place)
    monkeypatch.setattr(assets, "prepare", lambda **_options: pytest.fail("nothing may be prepared"))

    assert assets.main(["--check"]) == (0 if in_place else 1)
    assert capsys.readouterr().out == ""
