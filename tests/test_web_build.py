import json
import subprocess
from pathlib import Path

import pytest

from openlumbar import _web_build
from openlumbar._web_build import build_client, has_packages, install_packages, is_built
from openlumbar.errors import InputError


@pytest.fixture
def web(tmp_path, monkeypatch):
    """Make a client of one source, and a Node that is there."""
    monkeypatch.setattr(_web_build, "_node_folder", lambda: tmp_path / "node" / "bin")
    monkeypatch.delenv("NPM_CONFIG_OMIT", raising=False)
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "node_modules").mkdir()
    (web / "package-lock.json").write_text("{}")
    (web / "src" / "main.ts").write_text("first")
    return web


@pytest.fixture
def target(tmp_path):
    target = tmp_path / "assets" / "web"
    target.mkdir(parents=True)
    return target


def answer(monkeypatch, code=0, stderr=""):
    commands = []

    def run(command, **options):
        commands.append((command, options))
        return subprocess.CompletedProcess(command, code, "", stderr)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def answer_as_vite(monkeypatch):
    """Stand in for Vite: a script named after the content of the source, and a manifest that names it."""

    def run(command, cwd, **_options):
        folder = Path(command[command.index("--outDir") + 1])
        script = f"main-{(cwd / 'src' / 'main.ts').read_text()}.js"
        (folder / script).write_text("script")
        (folder / ".vite").mkdir()
        (folder / ".vite" / "manifest.json").write_text(json.dumps({"main": script}))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)


def test_packages_are_those_of_the_lock_file(web, monkeypatch):
    commands = answer(monkeypatch)
    assert not has_packages(web)

    install_packages(web)

    assert has_packages(web)
    ((command, options),) = commands
    assert [str(word) for word in command[1:4]] == [
        str(web.parent / "node" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), "ci", "--ignore-scripts",
    ]  # fmt: skip
    assert options["cwd"] == web
    assert options["env"]["PATH"].startswith(str(web.parent / "node" / "bin"))
    (web / "package-lock.json").write_text('{"new": 1}')
    assert not has_packages(web)


def test_packages_without_those_of_tests_do_not_pass_for_all(web, monkeypatch):
    answer(monkeypatch)
    monkeypatch.setenv("NPM_CONFIG_OMIT", "dev")
    install_packages(web)
    assert has_packages(web)

    monkeypatch.delenv("NPM_CONFIG_OMIT")
    assert not has_packages(web)


def test_a_failing_npm_is_one_line_with_its_reason(web, monkeypatch):
    answer(monkeypatch, 1, "npm warn old\nnpm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error no way\n")

    with pytest.raises(InputError, match=r"^npm ci: failed \(no way\); check the network"):
        install_packages(web)
    assert not has_packages(web)


def test_a_node_that_hangs_or_does_not_start_is_one_line(web, monkeypatch):
    for error in (OSError("no"), subprocess.TimeoutExpired("npm", 900)):

        def run(*_arguments, error=error, **_options):
            raise error

        monkeypatch.setattr(subprocess, "run", run)
        with pytest.raises(InputError, match=rf"npm ci: did not run \({type(error).__name__}\)"):
            install_packages(web)


def test_a_missing_node_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    with pytest.raises(InputError, match=r"^Node: is needed to build the browser client; run `make run`"):
        install_packages(tmp_path)


def test_the_client_is_built_once_for_the_same_sources(web, target, monkeypatch):
    answer_as_vite(monkeypatch)
    assert not is_built(web, target)

    build_client(web, target)

    assert is_built(web, target)
    assert (target / "main-first.js").read_text() == "script"
    assert list(target.parent.iterdir()) == [target]  # nothing is left of the build
    (web / "src" / "main.ts").write_text("second")
    assert not is_built(web, target)


def test_a_newer_client_replaces_the_older_one_and_leaves_the_rest(web, target, monkeypatch):
    (target / "wasm").mkdir()
    (target / "wasm" / "runtime.js").write_text("runtime")
    answer_as_vite(monkeypatch)
    build_client(web, target)
    (web / "src" / "main.ts").write_text("second")

    build_client(web, target)

    assert is_built(web, target)
    left = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert left == {"main-second.js", ".vite/manifest.json", ".vite/built.json", "wasm/runtime.js"}


@pytest.mark.parametrize("change", [Path.unlink, lambda file: file.write_text("else")])
def test_a_client_that_was_tampered_with_is_not_in_place(web, target, monkeypatch, change):
    answer_as_vite(monkeypatch)
    build_client(web, target)

    change(target / "main-first.js")

    assert not is_built(web, target)


def test_a_client_that_cannot_be_built_is_one_line_and_the_older_one_stays(web, target, monkeypatch):
    answer_as_vite(monkeypatch)
    build_client(web, target)
    (web / "src" / "main.ts").write_text("second")
    answer(monkeypatch, 1, "error during build:\nBuild failed with 1 error:\n\n[PARSE_ERROR] Unexpected token\n")

    with pytest.raises(InputError, match=r"^the browser client: cannot be built \(\[PARSE_ERROR\] Unexpected token\)"):
        build_client(web, target)
    assert (target / "main-first.js").is_file()
    assert list(target.parent.iterdir()) == [target]
