"""A strict Bedrock for tests: what moto lacks, at the level of HTTP, so that botocore's own code is in play.

It knows its rules from the vendor's pages, not from the tables under test: hyperparameter names and ranges,
base models and their regions, roles, data formats, lifecycles, name clashes, client tokens. Jobs, capacity and
deletions advance one stage each time they are looked at. `burning()` is everything that costs money now.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSResponse

ACCOUNT = "123456789012"
NOVA = {"epochCount": (1, 5), "learningRate": (1e-6, 1e-4), "learningRateWarmupSteps": (0, 100)}
LLAMA = {"epochCount": (1, 10), "batchSize": (1, 1), "learningRate": (5e-6, 0.1)}
HAIKU = {
    "epochCount": (1, 10),
    "batchSize": (4, 256),
    "learningRateMultiplier": (0.1, 2),
    "earlyStoppingThreshold": (0, 0.1),
    "earlyStoppingPatience": (1, 10),
}
INTEGERS = {"epochCount", "batchSize", "learningRateWarmupSteps", "earlyStoppingPatience"}


@dataclass(frozen=True)
class Base:
    region: str
    hyperparameters: dict[str, tuple[float, float]]
    data: str  # claude or conversation
    on_demand: bool
    least_rows: int
    validation: bool = True


BASES = {
    "anthropic.claude-3-haiku-20240307-v1:0:200k": Base("us-west-2", HAIKU, "claude", False, 32),
    "amazon.nova-micro-v1:0:128k": Base("us-east-1", NOVA, "conversation", True, 8),
    "amazon.nova-lite-v1:0:300k": Base("us-east-1", NOVA, "conversation", True, 8),
    "amazon.nova-pro-v1:0:300k": Base("us-east-1", NOVA, "conversation", True, 8),
    "amazon.nova-2-lite-v1:0:256k": Base("us-east-1", NOVA, "conversation", True, 200, validation=False),
    "meta.llama3-3-70b-instruct-v1:0:128k": Base("us-west-2", LLAMA, "conversation", True, 100),
}
INVOKABLE = {
    "amazon.nova-micro-v1:0", "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0",
    "us.amazon.nova-2-lite-v1:0", "us.meta.llama3-3-70b-instruct-v1:0", "anthropic.claude-3-haiku-20240307-v1:0",
}  # fmt: skip
HAIKU_LIFE = {
    "status": "LEGACY",
    "legacyTime": "2026-03-10T00:00:00Z",
    "publicExtendedAccessTime": "2026-06-10T00:00:00Z",
    "endOfLifeTime": "2026-09-10T00:00:00Z",
}


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def invalid(message: str) -> Refusal:
    return Refusal(400, "ValidationException", message)


def missing(what: str) -> Refusal:
    return Refusal(404, "ResourceNotFoundException", f"{what} could not be found.")


@dataclass
class Thing:
    """A job, model, endpoint: its answer to Get, and how many looks until it changes."""

    says: dict[str, Any]
    token: str = ""
    looks: int = 0
    deleted: int | None = None  # looks until it is really gone


@dataclass
class BedrockFake:
    """One account. `region` is checked per request; `read_s3` gives the bytes of a bucket's object."""

    read_s3: Callable[[str, str], bytes | None]
    now: Callable[[], datetime]
    arranged: bool = False  # a private arrangement for Claude 3 Haiku: what is there answers on after its end
    fail_job: str = ""  # the next jobs fail with this message
    fail_endpoint: str = ""
    unit_quota: int = 10
    job_looks: int = 2
    lifecycle_denied: bool = False
    answer: Callable[[str, str], str] = lambda model, prompt: "{}"
    jobs: dict[str, Thing] = field(default_factory=dict)
    models: dict[str, Thing] = field(default_factory=dict)
    provisioned: dict[str, Thing] = field(default_factory=dict)
    deployments: dict[str, Thing] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)  # names of everything ever created, in order
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # model, system, prompt of every Converse
    trouble: list[Refusal] = field(default_factory=list)  # answers to the next calls, before any other rule
    lives: dict[str, dict[str, Any]] = field(default_factory=lambda: {"anthropic.claude-3-haiku": HAIKU_LIFE})
    _ids: int = 0

    def burning(self) -> set[str]:
        """Kind and name of everything that is paid for at this moment."""
        running = {f"job {n}" for n, t in self.jobs.items() if t.says["status"] in ("InProgress", "Stopping")}
        return (
            running
            | {f"model {name}" for name in self.models}
            | {f"provisioned {name}" for name in self.provisioned}
            | {f"deployment {name}" for name in self.deployments}
        )

    def handle(self, request: Any, **_: Any) -> AWSResponse:
        """The `before-send` hook: an answer instead of the network."""
        parts = urlsplit(request.url)
        region = parts.netloc.split(".")[1]
        body = request.body or b""
        data = json.loads(body) if body else {}
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        try:
            if self.trouble:
                raise self.trouble.pop(0)
            status, answer = self._route(request.method, parts.path, data, query, region)
        except Refusal as refusal:
            status, answer = refusal.status, {"message": str(refusal)}
            return response(request.url, status, answer, refusal.code)
        return response(request.url, status, answer)

    def _route(
        self, method: str, path: str, data: dict[str, Any], query: dict[str, str], region: str
    ) -> tuple[int, dict[str, Any]]:
        for verb, pattern, act in self._routes():
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                groups = [unquote(group) for group in found.groups()]
                return act(*groups, data=data, query=query, region=region)
        raise AssertionError(f"the fake knows no {method} {path}")

    def _routes(self) -> list[tuple[str, str, Callable[..., tuple[int, dict[str, Any]]]]]:
        deployments = "/model-customization/custom-model-deployments"
        return [
            ("GET", "/foundation-models/(.+)", self._foundation_model),
            ("POST", "/model-customization-jobs", self._create_job),
            ("GET", "/model-customization-jobs", self._list_jobs),
            ("POST", "/model-customization-jobs/(.+)/stop", self._stop_job),
            ("GET", "/model-customization-jobs/(.+)", self._get_job),
            ("GET", "/custom-models", self._list_models),
            ("GET", "/custom-models/(.+)", self._get_model),
            ("DELETE", "/custom-models/(.+)", self._delete_model),
            ("POST", "/provisioned-model-throughput", self._create_provisioned),
            ("GET", "/provisioned-model-throughputs", self._list_provisioned),
            ("GET", "/provisioned-model-throughput/(.+)", self._get_provisioned),
            ("DELETE", "/provisioned-model-throughput/(.+)", self._delete_provisioned),
            ("POST", deployments, self._create_deployment),
            ("GET", deployments, self._list_deployments),
            ("GET", f"{deployments}/(.+)", self._get_deployment),
            ("DELETE", f"{deployments}/(.+)", self._delete_deployment),
            ("POST", "/model/(.+)/converse", self._converse),
        ]

    # --- foundation models -----------------------------------------------------------------------------

    def _foundation_model(self, name: str, *, region: str, **_: Any) -> tuple[int, dict[str, Any]]:
        if self.lifecycle_denied:
            raise Refusal(
                403, "AccessDeniedException", "not authorized to perform: bedrock:GetFoundationModel"
            )
        base = BASES.get(name)
        if base is None or base.region != region:
            raise missing(f"the model {name}")
        life = next(
            (life for start, life in self.lives.items() if name.startswith(start)), {"status": "ACTIVE"}
        )
        if "legacyTime" in life and self.now() < datetime.fromisoformat(life["legacyTime"]):
            life = {**life, "status": "ACTIVE"}  # announced, not begun
        details = {
            "modelArn": f"arn:aws:bedrock:{region}::foundation-model/{name}",
            "modelId": name,
            "customizationsSupported": ["FINE_TUNING"],
            "modelLifecycle": life,
        }
        return 200, {"modelDetails": details}

    # --- jobs --------------------------------------------------------------------------------------------

    def _create_job(self, *, data: dict[str, Any], region: str, **_: Any) -> tuple[int, dict[str, Any]]:
        name = data["jobName"]
        if name in self.jobs:
            if self.jobs[name].token == data.get("clientRequestToken"):
                return 201, {"jobArn": self.jobs[name].says["jobArn"]}
            raise Refusal(400, "ConflictException", f"a job named {name} exists")
        base = self._base(data["baseModelIdentifier"], region)
        self._check_job(data, base)
        rows, complaint = self._check_data(data["trainingDataConfig"]["s3Uri"], base.data)
        for validator in data.get("validationDataConfig", {}).get("validators", ()):
            complaint = complaint or self._check_data(validator["s3Uri"], base.data)[1]
        if not complaint and rows < base.least_rows:
            complaint = f"The training data has {rows} records, fewer than {base.least_rows}"
        arn = f"arn:aws:bedrock:{region}:{ACCOUNT}:model-customization-job/{_short(data)}/{self._id()}"
        base_arn = f"arn:aws:bedrock:{region}::foundation-model/{data['baseModelIdentifier']}"
        says = {
            "jobArn": arn, "jobName": name, "outputModelName": data["customModelName"], "roleArn": data["roleArn"],
            "status": "InProgress", "creationTime": self._time(), "lastModifiedTime": self._time(),
            "baseModelArn": base_arn, "hyperParameters": data.get("hyperParameters", {}),
            "trainingDataConfig": data["trainingDataConfig"], "validationDataConfig": {"validators": []},
            "outputDataConfig": data["outputDataConfig"], "clientRequestToken": data.get("clientRequestToken"),
        }  # fmt: skip
        self.jobs[name] = Thing(says, data.get("clientRequestToken", ""))
        self.jobs[name].says["complaint"] = complaint or self.fail_job
        self.made.append(f"job {name}")
        return 201, {"jobArn": arn}

    def _base(self, name: str, region: str) -> Base:
        base = BASES.get(name)
        if base is None or base.region != region:
            raise invalid(f"The provided model identifier {name} is invalid in {region}")
        if base.hyperparameters is HAIKU and self.now() >= _moment("2026-03-10"):
            raise invalid("This model is in legacy and takes no new customization job")
        return base

    def _check_job(self, data: dict[str, Any], base: Base) -> None:
        if not re.fullmatch(rf"arn:aws:iam::{ACCOUNT}:role/.+", data.get("roleArn", "")):
            raise invalid("The role ARN is not of this account")
        if data.get("customizationType") != "FINE_TUNING":
            raise invalid("customizationType must be FINE_TUNING")
        validation = bool(data.get("validationDataConfig", {}).get("validators"))
        if validation and not base.validation:
            raise invalid("Nova 2.0 doesn't support validation set")
        for key, value in data.get("hyperParameters", {}).items():
            low, high = base.hyperparameters.get(key, (1, 0))
            whole = key not in INTEGERS or re.fullmatch(r"\d+", value)
            if not whole or not low <= float(value) <= high:
                raise invalid(f"hyperParameters: {key}={value} is unknown or out of range")
            if key.startswith("earlyStopping") and not validation:
                raise invalid(f"hyperParameters: {key} needs validation data")
        if data["customModelName"] in self.models:
            raise Refusal(400, "ConflictException", "a model of that name exists")

    def _check_data(self, uri: str, shape: str) -> tuple[int, str]:
        """Rows of a file, and what AWS would complain of after looking into it."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body = self.read_s3(bucket, key)
        if body is None:
            raise invalid(f"{uri} cannot be read with the given role")
        count = 0
        for count, line in enumerate(body.decode("utf-8").splitlines(), start=1):
            record = json.loads(line)
            keys = {"system", "messages"} | ({"schemaVersion"} if shape == "conversation" else set())
            roles = [turn["role"] for turn in record["messages"]]
            kind = list if shape == "conversation" else str
            if (
                not {"messages"} <= set(record) <= keys
                or (shape == "conversation" and record.get("schemaVersion") != "bedrock-conversation-2024")
                or roles != ["user", "assistant"] * (len(roles) // 2)
                or not all(isinstance(turn["content"], kind) for turn in record["messages"])
                or not isinstance(record.get("system", kind()), kind)
            ):
                return count, f"Invalid record at line {count} of {uri}"
        return count, ""

    def _get_job(self, name: str, **_: Any) -> tuple[int, dict[str, Any]]:
        job = self._job(name)
        job.looks += 1
        says = job.says
        if says["status"] == "Stopping":
            says["status"] = "Stopped"
        elif says["status"] == "InProgress" and job.looks >= self.job_looks:
            if says["complaint"]:
                says |= {"status": "Failed", "failureMessage": says["complaint"], "endTime": self._time()}
            else:
                self._complete(says)
        return 200, {key: value for key, value in says.items() if key != "complaint"}

    def _complete(self, says: dict[str, Any]) -> None:
        region = says["jobArn"].split(":")[3]
        name = says["outputModelName"]
        base = says["baseModelArn"].rpartition("/")[2]
        short = ":".join(base.split(":")[:2])
        arn = f"arn:aws:bedrock:{region}:{ACCOUNT}:custom-model/{short}/{self._id()}"
        says |= {"status": "Completed", "outputModelArn": arn, "endTime": self._time()}
        model = {
            "modelArn": arn, "modelName": name, "jobArn": says["jobArn"], "jobName": says["jobName"],
            "baseModelArn": says["baseModelArn"], "baseModelName": short.split(":")[0],
            "creationTime": self._time(), "modelStatus": "Active",
        }  # fmt: skip
        self.models[name] = Thing(model)
        self.made.append(f"model {name}")

    def _job(self, name: str) -> Thing:
        for job in self.jobs.values():
            if name in (job.says["jobName"], job.says["jobArn"]):
                return job
        raise missing(f"the job {name}")

    def _stop_job(self, name: str, **_: Any) -> tuple[int, dict[str, Any]]:
        job = self._job(name)
        if job.says["status"] != "InProgress":
            raise Refusal(400, "ConflictException", f"the job is {job.says['status']}")
        job.says["status"] = "Stopping"
        return 200, {}

    def _list_jobs(self, *, query: dict[str, str], **_: Any) -> tuple[int, dict[str, Any]]:
        wanted = [job for name, job in self.jobs.items() if query.get("nameContains", "") in name]
        keys = ("jobArn", "jobName", "status", "creationTime", "baseModelArn")
        return self._page(
            "modelCustomizationJobSummaries", [{k: j.says[k] for k in keys} for j in wanted], query
        )

    # --- models ------------------------------------------------------------------------------------------

    def _model(self, name: str) -> Thing:
        for model in self.models.values():
            if name in (model.says["modelName"], model.says["modelArn"]):
                return model
        raise missing(f"the model {name}")

    def _get_model(self, name: str, **_: Any) -> tuple[int, dict[str, Any]]:
        return 200, self._model(name).says

    def _delete_model(self, name: str, **_: Any) -> tuple[int, dict[str, Any]]:
        model = self._model(name)
        served = [*self.provisioned.values(), *self.deployments.values()]
        if any(thing.says["modelArn"] == model.says["modelArn"] for thing in served):
            raise Refusal(400, "ConflictException", "the model is in use by an endpoint")
        del self.models[model.says["modelName"]]
        return 200, {}

    def _list_models(self, *, query: dict[str, str], **_: Any) -> tuple[int, dict[str, Any]]:
        wanted = [m.says for name, m in self.models.items() if query.get("nameContains", "") in name]
        return self._page("modelSummaries", wanted, query)

    # --- Provisioned Throughput --------------------------------------------------------------------------

    def _create_provisioned(
        self, *, data: dict[str, Any], region: str, **_: Any
    ) -> tuple[int, dict[str, Any]]:
        name, token = data["provisionedModelName"], data.get("clientRequestToken", "")
        for other in self.provisioned.values():
            if other.token == token and token:
                return 201, {"provisionedModelArn": other.says["provisionedModelArn"]}
        if name in self.provisioned:
            raise invalid(f"the name {name} is taken")
        model = self._model(data["modelId"])
        haiku = "claude-3-haiku" in model.says["baseModelArn"]
        if haiku and self.now() >= _moment("2026-03-10"):
            raise invalid("This model is in legacy and takes no new Provisioned Throughput")
        if data["modelUnits"] > self.unit_quota:
            raise Refusal(400, "ServiceQuotaExceededException", "model units exceed the quota of the account")
        arn = f"arn:aws:bedrock:{region}:{ACCOUNT}:provisioned-model/{self._id()}"
        says = {
            "provisionedModelName": name, "provisionedModelArn": arn, "modelArn": model.says["modelArn"],
            "desiredModelArn": model.says["modelArn"], "foundationModelArn": model.says["baseModelArn"],
            "modelUnits": data["modelUnits"], "desiredModelUnits": data["modelUnits"], "status": "Creating",
            "creationTime": self._time(), "lastModifiedTime": self._time(),
        }  # fmt: skip
        if "commitmentDuration" in data:
            days = {"OneMonth": 30, "SixMonths": 180}[data["commitmentDuration"]]
            end = self.now() + timedelta(days=days)
            says |= {
                "commitmentDuration": data["commitmentDuration"],
                "commitmentExpirationTime": _stamp(end),
            }
        self.provisioned[name] = Thing(says, token)
        self.made.append(f"provisioned {name}")
        return 201, {"provisionedModelArn": arn}

    def _get_provisioned(self, name: str, **_: Any) -> tuple[int, dict[str, Any]]:
        return 200, self._looked_at(self.provisioned, name, "InService").says

    def _delete_provisioned(self, name: str, **_: Any) -> tuple[int, dict[str, Any]]:
        thing = self._endpoint(self.provisioned, name)
        end = thing.says.get("commitmentExpirationTime")
        if end and self.now() < datetime.fromisoformat(end):
            raise Refusal(400, "ConflictException", f"the commitment runs until {end}")
        thing.deleted = 2
        return 200, {}

    def _list_provisioned(self, *, query: dict[str, str], **_: Any) -> tuple[int, dict[str, Any]]:
        wanted = [t.says for name, t in self.provisioned.items() if query.get("nameContains", "") in name]
        return self._page("provisionedModelSummaries", wanted, query)

    # --- on-demand deployments ---------------------------------------------------------------------------

    def _create_deployment(
        self, *, data: dict[str, Any], region: str, **_: Any
    ) -> tuple[int, dict[str, Any]]:
        name, token = data["modelDeploymentName"], data.get("clientRequestToken", "")
        for other in self.deployments.values():
            if other.token == token and token:
                return 202, {"customModelDeploymentArn": other.says["customModelDeploymentArn"]}
        if name in self.deployments:
            raise invalid(f"the name {name} is taken")
        model = self._model(data["modelArn"])
        if not BASES[model.says["baseModelArn"].rpartition("/")[2]].on_demand:
            raise invalid("On-demand deployment is not supported for this base model")
        arn = f"arn:aws:bedrock:{region}:{ACCOUNT}:custom-model-deployment/{self._id()}"
        says = {
            "customModelDeploymentArn": arn, "modelDeploymentName": name, "customModelDeploymentName": name,
            "modelArn": model.says["modelArn"], "createdAt": self._time(), "status": "Creating",
        }  # fmt: skip
        self.deployments[name] = Thing(says, token)
        self.made.append(f"deployment {name}")
        return 202, {"customModelDeploymentArn": arn}

    def _get_deployment(self, name: str, **_: Any) -> tuple[int, dict[str, Any]]:
        return 200, self._looked_at(self.deployments, name, "Active").says

    def _delete_deployment(self, name: str, **_: Any) -> tuple[int, dict[str, Any]]:
        self._endpoint(self.deployments, name).deleted = 2
        return 200, {}

    def _list_deployments(self, *, query: dict[str, str], **_: Any) -> tuple[int, dict[str, Any]]:
        wanted = [t.says for name, t in self.deployments.items() if query.get("nameContains", "") in name]
        return self._page("modelDeploymentSummaries", wanted, query)

    def _endpoint(self, things: dict[str, Thing], name: str) -> Thing:
        for key, thing in things.items():
            arns = (thing.says.get("provisionedModelArn"), thing.says.get("customModelDeploymentArn"))
            if name == key or name in arns:
                return thing
        raise missing(f"the endpoint {name}")

    def _looked_at(self, things: dict[str, Thing], name: str, ready: str) -> Thing:
        thing = self._endpoint(things, name)
        if thing.deleted is not None:
            thing.deleted -= 1
            if thing.deleted < 0:
                del things[next(key for key, other in things.items() if other is thing)]
                raise missing(f"the endpoint {name}")
            return thing
        thing.looks += 1
        if thing.says["status"] == "Creating" and thing.looks >= 2:
            thing.says["status"] = "Failed" if self.fail_endpoint else ready
            thing.says |= {"failureMessage": self.fail_endpoint} if self.fail_endpoint else {}
        return thing

    # --- requests ------------------------------------------------------------------------------------------

    def _converse(
        self, model: str, *, data: dict[str, Any], region: str, **_: Any
    ) -> tuple[int, dict[str, Any]]:
        self._answering(model)
        if data["messages"][-1]["role"] != "user" or data["inferenceConfig"]["maxTokens"] < 1:
            raise invalid("malformed conversation")
        prompt = data["messages"][-1]["content"][0]["text"]
        system = data.get("system", [{"text": ""}])[0]["text"]
        self.asked.append((model, system, prompt))
        text = self.answer(model, prompt)
        return 200, {
            "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": len(prompt) // 4, "outputTokens": len(text) // 4, "totalTokens": 0},
            "metrics": {"latencyMs": 321},
        }

    def _answering(self, model: str) -> None:
        for things, ready in ((self.provisioned, "InService"), (self.deployments, "Active")):
            for thing in things.values():
                arn = thing.says.get("provisionedModelArn") or thing.says.get("customModelDeploymentArn")
                if model == arn and thing.says["status"] == ready and thing.deleted is None:
                    self._alive(thing.says.get("foundationModelArn", ""))
                    return
        if model not in INVOKABLE:
            raise invalid(f"The provided model identifier {model} is invalid.")
        self._alive(model)

    def _alive(self, model: str) -> None:
        if "claude-3-haiku" in model and not self.arranged and self.now() >= _moment("2026-09-10"):
            raise missing("This model version has reached the end of its life. It")

    # --- small things --------------------------------------------------------------------------------------

    def _page(
        self, key: str, entries: list[dict[str, Any]], query: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """One entry a page, so that who reads only the first page is found out."""
        start = int(query.get("nextToken", "0"))
        more = {"nextToken": str(start + 1)} if start + 1 < len(entries) else {}
        return 200, {key: entries[start : start + 1], **more}

    def _id(self) -> str:
        self._ids += 1
        return f"{self._ids:012d}"

    def _time(self) -> str:
        return _stamp(self.now())


def _short(data: dict[str, Any]) -> str:
    return ":".join(data["baseModelIdentifier"].split(":")[:2])


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def response(url: str, status: int, answer: dict[str, Any], code: str = "") -> AWSResponse:
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": "fake"}
    if code:
        headers["x-amzn-ErrorType"] = code
    return AWSResponse(url, status, headers, _Raw(json.dumps(answer, default=str).encode()))
