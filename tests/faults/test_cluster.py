"""`bespoke run --cluster` and shared URLs: the same bytes from other machines, even where some of them are lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.runner.remote import archive, dask_cluster, remote_run
from bespoke.runner.remote import s3 as shared
from tests.conftest import ROOT
from tests.faults.conftest import SMALLEST, add_client, bespoke, files_of, only_in_full, processes_in

pytest.importorskip("distributed")
pytest.importorskip("flask", reason="moto's server")
boto3 = pytest.importorskip("boto3")
BUCKET = "house"
TIMES = ("seconds", "wall_seconds", "render_seconds", "seal")  # the seal is on these times as well


@dataclass
class Office:
    """A scheduler and workers in processes of their own, each worker with a scratch folder of its own."""

    place: Path
    address: str
    workers: dict[Path, subprocess.Popen[bytes]] = field(default_factory=dict)  # by scratch folder
    scheduler: subprocess.Popen[bytes] | None = None

    def hire(self, path: Path = ROOT) -> Path:
        """Another worker, on the package at `path`; its scratch folder, once the scheduler has heard of it."""
        scratch = self.place / f"worker{len(list(self.place.iterdir()))}"
        scratch.mkdir()
        known = len(self._known())
        environment = {**os.environ, "PYTHONPATH": str(path), "PYTHONSAFEPATH": "1"}
        command = [
            "dask_worker",
            self.address,
            "--no-nanny",
            "--nthreads",
            "1",
            "--local-directory",
            str(scratch),
        ]
        self.workers[scratch] = _start(scratch, environment, *command)
        wait_until(lambda: len(self._known()) > known)
        return scratch

    def dismiss(self, scratch: Path) -> None:
        """As a machine goes that loses its power."""
        process = self.workers.pop(scratch)
        process.kill()
        process.wait()

    def errands(self, client: str) -> list[Path]:
        """The folders in which workers have this client before them."""
        return [p for scratch in self.workers for p in found_in(scratch, f"bespoke-*/client_data/{client}")]

    def _known(self) -> Any:
        from distributed import Client

        with dask_cluster._silence(), Client(self.address, timeout=30, set_as_default=False) as client:
            return client.scheduler_info()["workers"]


def _start(cwd: Path, environment: dict[str, str], program: str, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{program}", *options, "--no-dashboard"]
    return subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def found_in(folder: Path, pattern: str) -> list[Path]:
    """What lies there while others work: a folder may go between being seen and being looked into."""
    while True:
        with suppress(FileNotFoundError):
            return [*folder.rglob(pattern)]


def wait_until(true: Callable[[], object], limit: float = 60) -> None:
    deadline = time.monotonic() + limit
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """moto's server, its bucket, and the variables that lead there."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as here:
        here.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        here.setenv("BOTO3_ENDPOINT_URL", f"http://{host}:{port}")  # papermill's
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            here.setenv(name, "testing")
        here.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client
        server.stop()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, s3: Any) -> Iterator[Office]:
    """A scheduler; workers are hired by the tests. They know the way to moto's S3."""
    place = tmp_path_factory.mktemp("office")
    file = place / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    scheduler = _start(place, {**os.environ, "PYTHONPATH": str(ROOT)}, "dask_scheduler", *options)
    found = Office(place, "", scheduler=scheduler)
    try:
        found.address = wait_for_address(file)
        yield found
    finally:
        for process in (*found.workers.values(), scheduler):
            process.kill()
            process.wait()


def wait_for_address(file: Path) -> str:
    """What the scheduler writes into its file: the file is there a moment before its words are."""
    read: list[str] = []

    def address() -> list[str]:
        with suppress(OSError, json.JSONDecodeError):
            read.append(json.loads(file.read_text(encoding="utf-8"))["address"])
        return read

    wait_until(address)
    return read[0]


@pytest.fixture
def two_workers(office: Office) -> Office:
    while len(office.workers) < 2:
        office.hire()
    return office


def timeless(report: Path) -> dict[str, Any]:
    """The manifest without its seconds."""
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    for record in (manifest, *manifest["notebooks"].values()):
        for name in TIMES:
            record.pop(name, None)
    return dict(manifest)


def same(report: Path, undisturbed: Path) -> None:
    other = undisturbed / "reports" / SMALLEST
    assert files_of(report) == files_of(other)
    assert timeless(report) == timeless(other)


def test_a_cluster_without_workers_is_a_line(office: Office, tmp_path: Path) -> None:
    add_client(tmp_path)
    assert not office.workers
    done = bespoke("run", "--all", "--cluster", office.address, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "the cluster has no workers\n")


@only_in_full
def test_a_lost_workers_client_is_done_again_and_a_bad_client_stops_no_other(
    two_workers: Office, undisturbed: Path, tmp_path: Path
) -> None:
    add_client(tmp_path)
    bad = add_client(tmp_path, "bad")
    (bad / "tasks.csv").write_text("task_id\n\x1b[31m<script>\n", encoding="utf-8")
    command = [sys.executable, "-m", "bespoke", "run", "--all", "--cluster", two_workers.address]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        wait_until(lambda: found_in(two_workers.place, f"reports/{SMALLEST}/results/*.json"))
        (errand,) = two_workers.errands(SMALLEST)
        scratch = next(scratch for scratch in two_workers.workers if scratch in errand.parents)
        two_workers.dismiss(scratch)
        wait_until(lambda: not processes_in(scratch), limit=10)  # its run and its kernels go with it
        assert run.stdout is not None
        said = run.stdout.read()
    assert run.returncode == 1
    assert said.replace("\n", "").isprintable()
    assert "Traceback" not in said
    assert "1 of 2 clients done; failed: bad; " in said
    assert "bad failed: bad/tasks.csv: " in said
    same(tmp_path / "reports" / SMALLEST, undisturbed)
    assert (tmp_path / "reports/bad/problems.txt").read_text().startswith("bad/tasks.csv: ")
    page = (tmp_path / "reports/index.html").read_text(encoding="utf-8")
    assert '<span class="failed">failed</span>' in page
    again = bespoke("run", SMALLEST, "--cluster", "tcp://127.0.0.1:1", cwd=tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr  # nothing to do: nobody is asked
    assert "ran in" not in again.stdout


@pytest.mark.slow
def test_clients_and_reports_under_a_url_are_read_and_written_by_the_worker(
    two_workers: Office, undisturbed: Path, s3: Any, tmp_path: Path
) -> None:
    """The report there is one that lost two of its files and has one too many."""
    _upload(s3, undisturbed / "client_data" / SMALLEST, f"clients/{SMALLEST}")
    _upload(s3, undisturbed / "reports" / SMALLEST, f"out/{SMALLEST}")
    for name in ("results/07_timeline.json", "report.pdf"):
        s3.delete_object(Bucket=BUCKET, Key=f"out/{SMALLEST}/{name}")
    s3.put_object(Bucket=BUCKET, Key=f"out/{SMALLEST}/problems.txt", Body=b"of yesterday")
    places = ("--client-data", f"s3://{BUCKET}/clients", "--reports", f"s3://{BUCKET}/out/")
    done = bespoke("run", "--all", *places, "--cluster", two_workers.address, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = [line.split(" ran in")[0] for line in done.stdout.splitlines() if "ran in" in line]
    assert ran == [f"{SMALLEST}: 07_timeline:"]
    assert not list(tmp_path.iterdir())  # nothing came through here
    shared.fetch(f"s3://{BUCKET}/out/{SMALLEST}", tmp_path / "out")
    same(tmp_path / "out", undisturbed)
    _papermill_reads_it_too(f"s3://{BUCKET}/out/{SMALLEST}/notebooks/01_task_audit.ipynb")

    written = _written(s3)
    again = bespoke("run", SMALLEST, *places, cwd=tmp_path)  # here, without a cluster
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{SMALLEST}: report: unchanged" in again.stdout
    assert "ran in" not in again.stdout
    assert _written(s3) == written
    page = s3.get_object(Bucket=BUCKET, Key="out/index.html")["Body"].read().decode()
    assert f'<a href="{SMALLEST}/report.pdf">PDF</a>' in page
    assert ">done</td>" in page


def _upload(s3: Any, folder: Path, prefix: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != ".lock":
            s3.upload_file(str(path), BUCKET, f"{prefix}/{path.relative_to(folder).as_posix()}")


def test_a_report_is_delivered_with_its_manifest_last(s3: Any, tmp_path: Path) -> None:
    for name in ("manifest.json", "a.json", "notebooks/z.ipynb", ".lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    sent: list[str] = []
    s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: sent.append(params["url_path"]))
    with pytest.MonkeyPatch.context() as here:
        here.setattr(boto3.session.Session, "client", lambda *_, **__: s3)
        shared.deliver(tmp_path, f"s3://{BUCKET}/sent/acme", {})
    assert [path.rpartition("/sent/acme/")[2] for path in sent] == [
        "a.json",
        "notebooks/z.ipynb",
        "manifest.json",
    ]


def _written(s3: Any) -> dict[str, Any]:
    return {
        entry["Key"]: entry["LastModified"]
        for entry in s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]
    }


def _papermill_reads_it_too(url: str) -> None:
    script = f"import papermill; print(papermill.iorw.load_notebook_node({url!r}).metadata.bespoke.notebook)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "01_task_audit\n"


def test_an_interrupt_calls_off_what_is_under_way_and_says_one_line(
    two_workers: Office, tmp_path: Path
) -> None:
    add_client(tmp_path, "long")
    run = subprocess.Popen(
        [sys.executable, "-m", "bespoke", "run", "long", "--cluster", two_workers.address], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    wait_until(lambda: found_in(two_workers.place, "reports/long/.lock"))
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=20)
    assert (run.returncode, said.lstrip("\n")) == (1, "interrupted; nothing half-written was left behind\n")
    wait_until(lambda: not two_workers.errands("long"), limit=20)  # the workers are told
    assert sorted(path.name for path in (tmp_path / "reports/long").iterdir()) == [".gitignore", ".lock"]


def test_a_worker_with_other_code_is_refused_before_anything_runs(
    two_workers: Office, tmp_path: Path
) -> None:
    add_client(tmp_path)
    other = tmp_path / "other"
    for folder in ("bespoke", "notebooks", "templates"):
        shutil.copytree(ROOT / folder, other / folder, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "templates/report/typst/look.typ").open("a") as file:
        file.write("// another look\n")
    scratch = two_workers.hire(other)
    done = bespoke("run", "--all", "--cluster", two_workers.address, cwd=tmp_path)
    two_workers.dismiss(scratch)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("tcp://127.0.0.1:")
    assert (
        "has another version of bespoke, of its libraries or of Python; install these here on 1 of 3" in line
    )


def test_workers_that_do_not_come_back_are_a_line_for_each_client(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "PATIENCE", 0.5)
    names = ["one", "two", "three", "four"]
    for name in names:
        add_client(tmp_path, name)
    for scratch in list(office.workers):
        office.dismiss(scratch)
    scratch = office.hire()
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)

    monkeypatch.setattr(
        remote_run, "fingerprint", lambda: (office.dismiss(scratch), "x")[1] if office.workers else "x"
    )
    found = remote_run.run_remotely(
        names, tmp_path / "client_data", tmp_path / "reports", [], office.address, 1, say
    )
    lost = "the cluster has no workers any more; run it again to go on"
    assert [outcome.problems for outcome in found] == [(f"{name}: {lost}",) for name in names]
    assert "[4/4] two: failed" in said
    assert (tmp_path / "reports/four/problems.txt").read_text() == f"four: {lost}\n"


@pytest.mark.parametrize(
    "address", ["nonsense://x", "tcp://", "here", "tcp://a:b", "tcp://127.0.0.1:1 x", "--"]
)
def test_what_is_no_address_is_a_line(address: str) -> None:
    with pytest.raises(
        BespokeError, match=r"is no address of a scheduler; write it as tls://10\.0\.0\.5:8786$"
    ):
        dask_cluster._connect(address)


def test_a_cluster_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    add_client(tmp_path)
    done = bespoke("run", "--all", "--cluster", "tcp://127.0.0.1:1", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "tcp://127.0.0.1:1: no Dask scheduler answers there\n"


def test_somebody_else_at_the_address_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(BespokeError, match=rf"^{address}: no Dask scheduler answers there"):
            dask_cluster._connect(address)


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("s3://", "s3://: is no shared place; write it as s3://bucket/folder"),
        ("gs://x/y", "gs://x/y: is no shared place; write it as s3://bucket/folder"),
        ("s3://nowhere/x", "AWS: s3://nowhere/x: The specified bucket does not exist"),
        (f"s3://{BUCKET}/nobody", f"s3://{BUCKET}/nobody: no client folder here"),
    ],
)
def test_a_wrong_url_is_a_line(s3: Any, url: str, line: str, tmp_path: Path) -> None:
    done = bespoke("run", "--all", "--client-data", url, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{line}\n")


def test_only_run_reads_from_a_url(tmp_path: Path) -> None:
    done = bespoke("check", "--all", "--client-data", "s3://house/clients", cwd=tmp_path)
    assert done.returncode == 2
    assert "only `bespoke run` reads from a URL" in done.stderr


def test_names_in_a_bucket_lead_nowhere_else(s3: Any, tmp_path: Path) -> None:
    for key in ("../../x/tasks.csv", "acme/../../../y", "con/tasks.csv", ".hidden/tasks.csv", "acme/a.csv"):
        s3.put_object(Bucket=BUCKET, Key=f"evil/{key}", Body=b"x")
    assert shared.names(f"s3://{BUCKET}/evil") == ["acme"]
    assert set(shared.fetch(f"s3://{BUCKET}/evil/acme", tmp_path / "deep/er/acme")) == {"a.csv"}
    s3.put_object(Bucket=BUCKET, Key="evil/acme/..\\y", Body=b"x")
    s3.put_object(Bucket=BUCKET, Key="evil/acme/b\\..\\y", Body=b"x")
    with pytest.raises(BespokeError, match="is no path inside a folder"):
        shared.fetch(f"s3://{BUCKET}/evil/acme", tmp_path / "deep/er/acme")
    assert not list(tmp_path.rglob("*y"))


def test_a_folder_that_was_unpacked_holds_these_files_whole_and_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "reports/acme"
    folder.mkdir(parents=True)
    for name in ("report.pdf", "gone.txt", ".lock"):
        (folder / name).write_bytes(b"old")
    archive.unpack({"report.pdf": b"new", "results/01.json": b"{}", "empty/": b""}, folder)
    assert archive.pack(folder) == {"report.pdf": b"new", "results/01.json": b"{}", "empty/": b""}
    assert (folder / ".lock").is_file()
    assert archive.manifest_last({"manifest.json": 1, "z": 2, "a": 3}) == ["a", "z", "manifest.json"]


@pytest.mark.parametrize("name", ["../outside", "/absolute", "a/../../b", "C:\\x", "c:x", "", "."])
def test_a_name_that_leads_out_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(BespokeError, match="is no path inside a folder"):
        archive.unpack({"good": b"x", name: b"x"}, tmp_path / "here")
    assert not list(tmp_path.rglob("*"))


def test_links_out_of_the_client_folder_do_not_travel(tmp_path: Path) -> None:
    client = add_client(tmp_path, "acme")
    assert not archive.is_local_only(client)
    (client / "secret").symlink_to("/etc/passwd")
    (client / "folder").symlink_to("/etc")
    assert archive.is_local_only(client)
    files = archive.pack(client)
    assert files["tasks.csv"] == (client / "tasks.csv").read_bytes()
    assert not [name for name in files if name.startswith(("secret", "folder"))]
