"""The same attacks against real runs, and a cluster over TLS: by `make attacks`, for each takes a while."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bespoke.keys import digest
from tests.attacks.conftest import CANARY, CLIENT, FULL
from tests.attacks.test_places import LOGO
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(not FULL, reason="by `make attacks`")


def command(place: Path, *arguments: str, **more: str) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BESPOKE_HOME": str(place / "machine"), **more}
    done = subprocess.run(
        [sys.executable, "-m", "bespoke", *arguments], cwd=place, capture_output=True, text=True, timeout=600,
        check=False, env=environment,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with one report in it."""
    place = tmp_path_factory.mktemp("once")
    shutil.copytree(ROOT / "client_data" / CLIENT, place / "client_data" / CLIENT)
    code, said = command(place, "run", CLIENT)
    assert code == 0, said
    return place


@pytest.fixture
def place(once: Path, tmp_path: Path) -> Path:
    """A copy of it to be attacked; the client folder is the same, and so is the machine."""
    for name in ("client_data", "reports", "machine"):
        shutil.copytree(once / name, tmp_path / "here" / name)
    return tmp_path / "here"


def forge(place: Path) -> Path:
    """A number is changed in an executed notebook, and the manifest made to fit it."""
    report = place / "reports" / CLIENT
    notebook = report / "notebooks" / "06_cost_model.ipynb"
    notebook.write_text(notebook.read_text().replace("Risk memos", CANARY))
    manifest = json.loads((report / "manifest.json").read_text())
    manifest["notebooks"]["06_cost_model"]["outputs"]["notebooks/06_cost_model.ipynb"] = digest(notebook)
    (report / "manifest.json").write_text(json.dumps(manifest))
    return report


def test_a_real_report_is_proven(once: Path) -> None:
    """Not an attack: notebooks, results, advice and report of a real run are proven."""
    code, said = command(once, "verify", CLIENT)
    assert (code, said.endswith("files are as the run of this machine wrote them\n")) == (0, True), said


@pytest.mark.parametrize("what", ["run", "report", "explain"])
def test_forged_numbers_do_not_come_out(place: Path, what: str) -> None:
    """An executed notebook holds a forged number, and the manifest its hash."""
    report = forge(place)
    arguments = (what, CLIENT, "Table 5.1") if what == "explain" else (what, CLIENT)
    code, said = command(place, *arguments)
    assert code == 1
    assert "was sealed on another machine, or changed since" in said
    assert "Traceback" not in said
    assert CANARY not in (report / "report.html").read_text()


def test_force_makes_it_again(place: Path, once: Path) -> None:
    """Not an attack: with --force the forged report is made again, byte for byte as it was."""
    report = forge(place)
    code, said = command(place, "run", CLIENT, "--force")
    assert code == 0, said
    for name in ("report.pdf", "report.html"):
        assert (report / name).read_bytes() == (once / "reports" / CLIENT / name).read_bytes()
    assert command(place, "verify", CLIENT)[0] == 0


def test_an_unsealed_report_is_made_again_on_another_machine(place: Path, once: Path) -> None:
    """A report without a seal is made again without a question; a machine with another key makes the same bytes."""
    key = (place / "machine" / "key").read_bytes()
    shutil.rmtree(place / "machine")
    report = place / "reports" / CLIENT
    manifest = json.loads((report / "manifest.json").read_text())
    del manifest["seal"]
    (report / "manifest.json").write_text(json.dumps(manifest))
    (report / "notebooks" / "01_task_audit.ipynb").write_text(CANARY)
    code, said = command(place, "run", CLIENT)
    assert code == 0, said
    assert "the earlier report has no seal of this machine; everything is made again" in said
    assert "01_task_audit: was edited; your version is kept as 01_task_audit.edited.ipynb" in said
    assert command(place, "verify", CLIENT)[0] == 0
    assert (place / "machine" / "key").read_bytes() != key
    for name in ("report.pdf", "report.html", "advice.json"):
        assert (report / name).read_bytes() == (once / "reports" / CLIENT / name).read_bytes()


def test_every_file_of_a_run_is_for_this_user_alone(once: Path) -> None:
    """Another user of the machine reads what a real run leaves."""
    for path in (once / "reports" / CLIENT).rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (once / "reports" / CLIENT).stat().st_mode & 0o077 == 0


def test_one_clients_picture_fails_that_client_alone(place: Path) -> None:
    """Of three clients one has a logo of 100,000 nested groups, and one a logo that takes all memory to draw."""
    for name, logo in (
        ("deep", f'<svg xmlns="http://www.w3.org/2000/svg">{"<g>" * 100_000}{"</g>" * 100_000}</svg>'),
        ("greedy", LOGO.replace("a" * 1_000, "a" * 7_000)),
    ):
        bad = Path(shutil.copytree(place / "client_data" / CLIENT, place / "client_data" / name))
        (bad / "logo.svg").write_text(logo)
        text = (bad / "engagement.yaml").read_text()
        (bad / "engagement.yaml").write_text(text.replace("\nbranding:\n", "\nbranding:\n  logo: logo.svg\n"))
    code, said = command(place, "run", "--all", "--jobs", "1", BESPOKE_TYPESETTING_MB="600")
    assert code == 1
    assert "1 of 3 clients done; failed: deep, greedy" in said, said
    assert "deep/engagement.yaml:" in said
    assert "nests more than 100 elements" in said
    assert "greedy: typesetting its report takes more than 600 MB of memory" in said
    assert "Traceback" not in said
    assert "memory allocation of" not in said


# --- a cluster over TLS, as SECURITY.md has it -------------------------------------------------------


@pytest.fixture
def certificates(tmp_path: Path) -> Mapping[str, str]:
    """One certificate for scheduler, workers and client, and what Dask is told of it."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    made, key = tmp_path / "house.pem", tmp_path / "house.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=house",
         "-keyout", str(key), "-out", str(made)], check=True, capture_output=True,
    )  # fmt: skip
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    parts = {f"{tls}{role}__{what}": str(path) for role in ("SCHEDULER", "WORKER", "CLIENT")
             for what, path in (("CERT", made), ("KEY", key))}  # fmt: skip
    return {**parts, f"{tls}CA_FILE": str(made), "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}


@pytest.fixture
def cluster(certificates: Mapping[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with one worker, both on a machine that has no key of ours."""
    pytest.importorskip("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tls://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", **certificates,
                   "BESPOKE_HOME": str(tmp_path / "worker-machine")}  # fmt: skip
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    commands = (
        ["dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--protocol", "tls"],
        ["dask_worker", address, "--no-nanny", "--nthreads", "1", "--local-directory", str(scratch)],
    )
    started = [
        subprocess.Popen([sys.executable, "-m", f"distributed.cli.{name}", *options, "--no-dashboard"], cwd=scratch,
                         env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name, *options in commands
    ]  # fmt: skip
    yield address
    for process in started:
        process.kill()
        process.wait()


def test_a_report_made_over_tls_is_sealed_as_at_home(
    place: Path, once: Path, cluster: str, certificates: Mapping[str, str]
) -> None:
    """A report that a worker made cannot be proven at home, or the worker had to be given the machine's key."""
    shutil.rmtree(place / "reports")
    (place / "reports").mkdir()
    for _ in range(10):
        code, said = command(place, "run", CLIENT, "--cluster", cluster, **certificates)
        if code == 0:
            break
        time.sleep(3)  # the worker has yet to come
    assert code == 0, said
    assert command(place, "verify", CLIENT)[0] == 0
    for name in ("report.pdf", "report.html"):
        assert (place / "reports" / CLIENT / name).read_bytes() == (
            once / "reports" / CLIENT / name
        ).read_bytes()


def test_nobody_without_a_certificate_is_heard(place: Path, cluster: str) -> None:
    """Somebody on the network asks the cluster to run something."""
    shutil.rmtree(place / "reports")
    code, said = command(place, "run", CLIENT, "--cluster", cluster)
    assert code == 1
    assert "no Dask scheduler answers there" in said
    assert "Traceback" not in said
