"""A strict local server that speaks the Claude API: for tests, on loopback, in its own thread or process.

It validates requests as the API does, meters tokens and the prompt cache, enforces rate limits with headers,
runs batches that advance and end, and fails by seed: 429, 529, 500, silence, broken connections, cut JSON.
It keeps its own account of what it billed to whom, which is what "paid twice" is tested against.

Run as a process:  python claude_server.py '{"seed": 1, "latency_s": 0.05}'   (prints its port)
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

VERSION = "2026-10-21"
KEY = "sk-ant-test-key-that-must-never-be-written"
MODELS = ("claude-haiku-4-5", "claude-sonnet-5-5", "claude-haiku-5-5", "house-lora")
_TOP = {
    "model", "messages", "max_tokens", "system", "output_config", "thinking", "metadata", "stop_sequences",
    "stream", "tools", "tool_choice", "service_tier", "inference_geo", "cache_control",
}  # fmt: skip
_COUNTED = _TOP - {"max_tokens", "stream", "metadata", "service_tier", "inference_geo"}
GOOD = {
    "diagnosis_icd10": ["I10"],
    "symptoms": ["cough"],
    "prescribed_medications": [{"drug": "aspirin", "dose": None, "route": None, "frequency": None}],
    "follow_up_date": None,
}


_NO_GEOGRAPHY = ("claude-haiku-4-5",)
_OFF = {"claude-haiku-5-5": "disabled", "claude-sonnet-5-5": "between_tools"}  # by default these think


def _thinks(body: dict[str, Any]) -> bool:
    default = "adaptive" if body["model"] in _OFF else "disabled"
    return bool(body.get("thinking", {"type": default})["type"] == "adaptive")


def _may_think(body: dict[str, Any]) -> bool:
    """As documented: Haiku 4.5 knows no adaptive thinking; the 5.5 models think unless it is switched off their way."""
    if "thinking" not in body:
        return True
    kind = body["thinking"].get("type")
    if body["model"] in _OFF:
        return kind in ("adaptive", _OFF[body["model"]])
    return kind == "adaptive" and body["model"] != "claude-haiku-4-5"


@dataclass
class Faults:
    """Probabilities per request. Those marked (billed) happen after the answer was computed and paid for."""

    limited: float = 0.0  # 429
    overloaded: float = 0.0  # 529
    broken: float = 0.0  # 500
    gateway: float = 0.0  # 502 of a proxy, after the answer was computed (billed)
    silent: float = 0.0  # accepts, never answers
    silent_billed: float = 0.0  # computes, never answers (billed)
    dropped: float = 0.0  # closes without an answer
    cut: float = 0.0  # half of the answer, then closes (billed)
    cut_json: float = 0.0  # a whole response whose JSON is cut (billed)


@dataclass
class Settings:
    seed: int = 0
    latency_s: float = 0.0
    requests_per_minute: float = 0.0  # 0: no limit
    burst: float = 0.0  # requests at once; 0: a whole minute's
    input_tokens_per_minute: float = 0.0
    retry_after_s: float = 1.0
    batch_polls: int = 1  # looks until a batch has ended
    batch_errors: float = 0.0  # share of a batch's requests that error
    batch_expired: float = 0.0
    batch_create_lost: int = 0  # first batches that are created without an answer
    results_cut: int = 0  # first readings of results that break off
    counts_tokens: bool = True
    smallest_cacheable: int = 512
    script: dict[str, str] = field(default_factory=dict)  # words of a note -> what to answer
    faults: Faults = field(default_factory=Faults)


class Refusal(Exception):
    def __init__(self, status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.headers = status, kind, message, headers or {}


class ClaudeServer:
    """Use as a context manager; `url` is what ANTHROPIC_BASE_URL should be."""

    def __init__(
        self, settings: Settings | None = None, answer: Callable[[dict[str, Any]], Any] | None = None
    ):
        self.settings = settings or Settings()
        self.answer = answer or (lambda body: GOOD)
        self.random = random.Random(self.settings.seed)
        self.billed: Counter[str] = Counter()  # digest of a body -> answers paid for
        self.billed_tokens: Counter[str] = Counter()  # class -> tokens, batch and direct apart
        self.statuses: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.keep_bodies = True
        self.headers: list[dict[str, str]] = []
        self.batches: dict[str, dict[str, Any]] = {}
        self.most_at_once = self.at_once = 0
        self.level = self.settings.burst or self.settings.requests_per_minute
        self.input_level = self.settings.input_tokens_per_minute
        self.refilled = time.monotonic()
        self.cache: dict[str, float] = {}
        self.started_at = self.ended_at = 0.0
        self.port = 0
        self._results_read = self._batches_lost = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> ClaudeServer:
        ready = threading.Event()

        def run() -> None:
            asyncio.run(self.serve(ready.set))

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def serve(self, ready: Callable[[], None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=2**26, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await self._stop.wait()
        server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def account(self) -> dict[str, Any]:
        """What it billed and answered so far."""
        return {
            "billed": sum(self.billed.values()),
            "distinct": len(self.billed),
            "paid_twice": sum(count - 1 for count in self.billed.values()),
            "tokens": dict(self.billed_tokens),
            "statuses": dict(self.statuses),
            "most_at_once": self.most_at_once,
            "batches": len(self.batches),
            "seconds": self.ended_at - self.started_at,
        }

    # --- HTTP ----------------------------------------------------------------------------------------

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while head := await _head(reader):
                method, path, headers = head
                raw = await reader.readexactly(int(headers.get("content-length", 0)))
                if not await self._respond(method, path, headers, raw, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _respond(
        self, method: str, path: str, headers: dict[str, str], raw: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        """Writes one response; False where the connection ends with it."""
        path = path.partition("?")[0]
        try:
            if path == "/_account":
                return await _write(writer, 200, self.account())
            self._authenticate(headers)
            if (method, path) == ("POST", "/v1/messages"):
                return await self._message(_json(headers, raw), writer)
            if (method, path) == ("POST", "/v1/messages/count_tokens"):
                return await _write(writer, 200, {"input_tokens": self._counted(_json(headers, raw))})
            if path.startswith("/v1/messages/batches"):
                return await self._batches(method, path, headers, raw, writer)
            raise Refusal(404, "not_found_error", f"no such endpoint: {method} {path}")
        except Refusal as refusal:
            self.statuses[str(refusal.status)] += 1
            error = {"type": "error", "error": {"type": refusal.kind, "message": refusal.message}}
            return await _write(writer, refusal.status, error, {**self._limits(), **refusal.headers})

    def _authenticate(self, headers: dict[str, str]) -> None:
        self.headers.append(headers)
        del self.headers[:-50]
        if headers.get("anthropic-version") != VERSION:
            raise Refusal(400, "invalid_request_error", f"anthropic-version: must be {VERSION}")
        if headers.get("authorization") != f"Bearer {KEY}" and headers.get("x-api-key") != KEY:
            raise Refusal(401, "authentication_error", "invalid credentials")

    # --- messages ------------------------------------------------------------------------------------

    async def _message(self, body: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        validate(body)
        now = time.monotonic()
        self.started_at = self.started_at or now
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._processed(body, writer)
        finally:
            self.at_once -= 1
            self.ended_at = time.monotonic()

    async def _processed(self, body: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        self._admit(body)
        faults, draw = self.settings.faults, self.random.random()
        for name in asdict(faults):
            chance = getattr(faults, name)
            if draw < chance:
                return await self._fail(name, body, writer)
            draw -= chance
        await asyncio.sleep(self.settings.latency_s * self.random.uniform(0.8, 1.2))
        message = self._answered(body, "direct")
        self.statuses["200"] += 1
        return await _write(writer, 200, message, self._limits())

    async def _fail(self, name: str, body: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        self.statuses[name] += 1
        if name == "limited":
            raise Refusal(
                429, "rate_limit_error", "over the limit", {"retry-after": str(self.settings.retry_after_s)}
            )
        if name == "overloaded":
            raise Refusal(529, "overloaded_error", "Overloaded")
        if name == "broken":
            raise Refusal(500, "api_error", "Internal server error")
        await asyncio.sleep(self.settings.latency_s)
        if name in ("silent", "silent_billed"):
            if name == "silent_billed":
                self._answered(body, "direct")
            await asyncio.sleep(3600)
        if name == "dropped":
            writer.transport.abort()
            return False
        data = json.dumps(self._answered(body, "direct")).encode()
        if name == "gateway":
            return await _write(writer, 502, b"<html>Bad gateway</html>")
        half = data[: len(data) // 2]
        if name == "cut_json":
            return await _write(writer, 200, half, self._limits())
        writer.write(_status(200, len(data), {"content-type": "application/json"}) + half)
        await writer.drain()
        return False

    def _answered(self, body: dict[str, Any], way: str) -> dict[str, Any]:
        """Computes and bills: from here on it is paid for, whether or not it arrives."""
        self.billed[digest(body)] += 1
        if self.keep_bodies:
            self.bodies.append(body)
        content, stop = self._said(body)
        usage = self._metered(body, content)
        for name, tokens in usage.items():
            if isinstance(tokens, int):
                self.billed_tokens[f"{way}.{name}"] += tokens
        return {
            "id": f"msg_{digest(body)[:24]}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": usage,
        }

    def _said(self, body: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
        asked = body["messages"][-1]["content"][-1]["text"]
        for words, what in self.settings.script.items():
            if words in asked:
                if what == "refusal":
                    return [], "refusal"
                if what == "max_tokens":
                    return [{"type": "text", "text": '{"diagnosis_icd10": ["I1'}], "max_tokens"
                return [{"type": "text", "text": what}], "end_turn"
        blocks = [{"type": "text", "text": json.dumps(self.answer(body))}]
        if _thinks(body):
            blocks.insert(0, {"type": "thinking", "thinking": "Let me see.", "signature": "c2ln"})
        return blocks, "end_turn"

    def _metered(self, body: dict[str, Any], content: list[dict[str, Any]]) -> dict[str, Any]:
        prefix, rest = _split(body)
        cached, now = tokens(prefix), time.monotonic()
        read = write = 0
        if cached >= self.settings.smallest_cacheable:
            name = hashlib.sha256(prefix.encode()).hexdigest()
            if self.cache.get(name, -1.0) > now:
                read = cached
            else:
                write = cached
            self.cache[name] = now + 300
        else:
            rest = prefix + rest
        out = sum(tokens(block.get("text", "")) for block in content) + 2 + 40 * _thinks(body)
        return {
            "input_tokens": tokens(rest) + 8,
            "cache_creation_input_tokens": write,
            "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": write, "ephemeral_1h_input_tokens": 0},
            "output_tokens": min(out, body["max_tokens"]),
            "output_tokens_details": {"thinking_tokens": 40 * _thinks(body)},
            "service_tier": "standard",
        }

    def _counted(self, body: dict[str, Any]) -> int:
        if not self.settings.counts_tokens:
            raise Refusal(404, "not_found_error", "count_tokens is not offered here")
        unknown = set(body) - _COUNTED
        if unknown:
            raise Refusal(400, "invalid_request_error", f"{min(unknown)}: Extra inputs are not permitted")
        validate({**body, "max_tokens": 1})
        prefix, rest = _split(body)
        return tokens(prefix) + tokens(rest) + 8

    # --- rate limits ---------------------------------------------------------------------------------

    def _admit(self, body: dict[str, Any]) -> None:
        s = self.settings
        now = time.monotonic()
        passed, self.refilled = now - self.refilled, now
        self.level = min(s.burst or s.requests_per_minute, self.level + passed * s.requests_per_minute / 60)
        self.input_level = min(
            s.input_tokens_per_minute, self.input_level + passed * s.input_tokens_per_minute / 60
        )
        size = sum(map(tokens, _split(body)))
        if s.requests_per_minute and self.level < 1:
            wait = (1 - self.level) / (s.requests_per_minute / 60)
            raise Refusal(429, "rate_limit_error", "requests per minute", {"retry-after": f"{wait:.3f}"})
        if s.input_tokens_per_minute and self.input_level < size:
            wait = (size - self.input_level) / (s.input_tokens_per_minute / 60)
            raise Refusal(429, "rate_limit_error", "input tokens per minute", {"retry-after": f"{wait:.3f}"})
        self.level -= bool(s.requests_per_minute)
        self.input_level -= size * bool(s.input_tokens_per_minute)

    def _limits(self) -> dict[str, str]:
        s, headers = self.settings, {}
        reset = datetime.now(UTC).isoformat()
        for name, limit, level in (
            ("requests", s.requests_per_minute, self.level),
            ("input-tokens", s.input_tokens_per_minute, self.input_level),
        ):
            if limit:
                headers[f"anthropic-ratelimit-{name}-limit"] = str(int(limit))
                headers[f"anthropic-ratelimit-{name}-remaining"] = str(max(0, int(level)))
                headers[f"anthropic-ratelimit-{name}-reset"] = reset
        return headers

    # --- batches -------------------------------------------------------------------------------------

    async def _batches(
        self, method: str, path: str, headers: dict[str, str], raw: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        name = path.removeprefix("/v1/messages/batches").strip("/")
        if method == "POST" and not name:
            batch = self._create(_json(headers, raw))
            if self._batches_lost < self.settings.batch_create_lost:
                self._batches_lost += 1
                writer.transport.abort()
                return False
            return await _write(writer, 200, _shown(batch))
        if method == "GET" and not name:
            listed = [_shown(batch) for batch in reversed(self.batches.values())]
            return await _write(
                writer, 200, {"data": listed, "has_more": False, "first_id": None, "last_id": None}
            )
        batch_id, _, what = name.partition("/")
        batch = self.batches.get(batch_id)
        if batch is None:
            raise Refusal(404, "not_found_error", f"no batch {batch_id}")
        if what == "results":
            return await self._results(batch, writer)
        batch["looks"] += 1
        if batch["looks"] >= self.settings.batch_polls and batch["ended_at"] is None:
            self._end(batch)
        return await _write(writer, 200, _shown(batch, self.url))

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        requests = body.get("requests")
        if not isinstance(requests, list) or not requests or set(body) != {"requests"}:
            raise Refusal(400, "invalid_request_error", "requests: must be a non-empty list")
        names = [request["custom_id"] for request in requests]
        if len(set(names)) != len(names) or any(not 1 <= len(name) <= 64 for name in names):
            raise Refusal(400, "invalid_request_error", "custom_id: must be unique and 1 to 64 characters")
        batch = {
            "id": f"msgbatch_{len(self.batches):06d}",
            "requests": requests,
            "results": None,
            "looks": 0,
            "created_at": datetime.now(UTC).isoformat(),
            "ended_at": None,
        }
        self.batches[batch["id"]] = batch
        return batch

    def _end(self, batch: dict[str, Any]) -> None:
        results = []
        for request in batch["requests"]:
            draw = self.random.random()
            if draw < self.settings.batch_expired:
                result: dict[str, Any] = {"type": "expired"}
            elif draw < self.settings.batch_expired + self.settings.batch_errors:
                error = {"type": "api_error", "message": "Internal server error"}
                result = {"type": "errored", "error": {"type": "error", "error": error, "request_id": None}}
            else:
                result = self._batch_result(request["params"])
            results.append({"custom_id": request["custom_id"], "result": result})
        self.random.shuffle(results)
        batch["results"], batch["ended_at"] = results, datetime.now(UTC).isoformat()

    def _batch_result(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            validate(body)
        except Refusal as refusal:
            error = {"type": refusal.kind, "message": refusal.message}
            return {"type": "errored", "error": {"type": "error", "error": error, "request_id": None}}
        return {"type": "succeeded", "message": self._answered(body, "batch")}

    async def _results(self, batch: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        if batch["results"] is None:
            raise Refusal(404, "not_found_error", "the batch has not ended")
        data = b"".join(json.dumps(result).encode() + b"\n" for result in batch["results"])
        self._results_read += 1
        if self._results_read <= self.settings.results_cut:
            writer.write(
                _status(200, len(data), {"content-type": "application/x-jsonl"}) + data[: len(data) // 2]
            )
            await writer.drain()
            return False
        return await _write(writer, 200, data, {"content-type": "application/x-jsonl"})


def digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def tokens(text: str) -> int:
    """This server's tokeniser: words of up to five bytes."""
    return -(-len(text.encode()) // 5) if text else 0


def validate(body: dict[str, Any]) -> None:
    """Raises the API's own 400 for whatever it would not take."""

    def must(condition: bool, message: str) -> None:
        if not condition:
            raise Refusal(400, "invalid_request_error", message)

    unknown = set(body) - _TOP
    must(not unknown, f"{min(unknown, default='')}: Extra inputs are not permitted")
    if body.get("model") not in MODELS:
        raise Refusal(404, "not_found_error", f"model: {body.get('model')}")
    must(type(body.get("max_tokens")) is int and body["max_tokens"] >= 1, "max_tokens: Field required")
    messages = body.get("messages")
    must(isinstance(messages, list) and bool(messages), "messages: at least one message is required")
    roles = [turn.get("role") for turn in messages]
    must(roles == [("user", "assistant")[i % 2] for i in range(len(roles))], "messages: roles must alternate")
    must(roles[-1] == "user", "messages: prefill is not supported")
    blocks = [*_blocks(body.get("system", [])), *(b for turn in messages for b in _blocks(turn["content"]))]
    for block in blocks:
        must(block.get("type") == "text" and set(block) <= {"type", "text", "cache_control"}, "content: type")
        must(bool(block["text"].strip()), "text content blocks must be non-empty")
        must(block.get("cache_control", {"type": "ephemeral"})["type"] == "ephemeral", "cache_control.type")
    must(sum("cache_control" in block for block in blocks) <= 4, "A maximum of 4 blocks with cache_control")
    must(_may_think(body), "thinking: not a way this model knows")
    must(
        body["model"] not in _NO_GEOGRAPHY or "inference_geo" not in body, "inference_geo: not for this model"
    )
    must(body.get("inference_geo", "us") in ("us", "global"), "inference_geo")
    output = body.get("output_config", {})
    must(set(output) <= {"format", "effort"}, "output_config: Extra inputs are not permitted")
    if "format" in output:
        must(output["format"].get("type") == "json_schema", "output_config.format.type")
        _closed(output["format"].get("schema"), must)


def _closed(schema: Any, must: Callable[[bool, str], None]) -> None:
    must(isinstance(schema, dict), "output_config.format.schema: must be an object")
    if schema.get("type") == "object":
        must(schema.get("additionalProperties") is False, "additionalProperties must be false")
        must(set(schema.get("required", [])) <= set(schema["properties"]), "required names no property")
    for part in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
        _closed(part, must)
    if "items" in schema:
        _closed(schema["items"], must)


def _blocks(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _split(body: dict[str, Any]) -> tuple[str, str]:
    """All text of a request up to its last cache mark, and what follows."""
    blocks = [*_blocks(body.get("system", [])), *(b for t in body["messages"] for b in _blocks(t["content"]))]
    last = max((i for i, block in enumerate(blocks) if "cache_control" in block), default=-1)
    schema = json.dumps(body.get("output_config", {}))
    texts = [block["text"] for block in blocks]
    return schema + "".join(texts[: last + 1]), "".join(texts[last + 1 :])


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]] | None:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = raw.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ")
    pairs = (line.split(":", 1) for line in lines[1:] if line)
    return method, path, {name.lower().strip(): value.strip() for name, value in pairs}


def _json(headers: dict[str, str], raw: bytes) -> dict[str, Any]:
    if not headers.get("content-type", "").startswith("application/json"):
        raise Refusal(400, "invalid_request_error", "content-type: must be application/json")
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refusal(400, "invalid_request_error", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid_request_error", "the body is not an object")
    return body


def _status(status: int, length: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"content-length: {length}", "request-id: req_test"]
    return ("\r\n".join([*lines, *(f"{k}: {v}" for k, v in headers.items())]) + "\r\n\r\n").encode()


async def _write(
    writer: asyncio.StreamWriter, status: int, content: Any, headers: dict[str, str] | None = None
) -> bool:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    writer.write(_status(status, len(data), {"content-type": "application/json", **(headers or {})}) + data)
    await writer.drain()
    return True


def _shown(batch: dict[str, Any], url: str = "") -> dict[str, Any]:
    ended = batch["ended_at"] is not None
    kinds = Counter(result["result"]["type"] for result in batch["results"] or ())
    return {
        "id": batch["id"],
        "type": "message_batch",
        "processing_status": "ended" if ended else "in_progress",
        "request_counts": {
            "processing": 0 if ended else len(batch["requests"]),
            "succeeded": kinds["succeeded"],
            "errored": kinds["errored"],
            "canceled": 0,
            "expired": kinds["expired"],
        },
        "created_at": batch["created_at"],
        "expires_at": batch["created_at"],
        "ended_at": batch["ended_at"],
        "archived_at": None,
        "cancel_initiated_at": None,
        "results_url": f"{url}/v1/messages/batches/{batch['id']}/results" if ended else None,
    }


def main() -> None:
    given = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    faults = Faults(**given.pop("faults", {}))
    server = ClaudeServer(Settings(**given, faults=faults))
    server.keep_bodies = False
    asyncio.run(server.serve(lambda: print(server.port, flush=True)))  # noqa: T201


if __name__ == "__main__":
    main()
