import assert from "node:assert/strict";
import { settle, TestTime } from "../../../tests/harness/test_time.ts";
import { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import {
  type OptionalService,
  type RequiredService,
  ServiceFailure,
} from "./service.ts";
import { Supervisor } from "./supervisor.ts";

class Stage {
  readonly time = new TestTime();
  readonly reported = new ReportedConditions();
  readonly heard: string[] = [];
  readonly bugs: unknown[] = [];
  readonly supervisor = new Supervisor({
    clock: this.time,
    timers: this.time,
    reported: this.reported,
    reportBug: (error) => this.bugs.push(error),
  });

  get state(): string {
    return this.supervisor.statuses().map(({ name, state }) =>
      `${name} ${state}`
    ).join(", ");
  }

  required(name: string, fault?: Error): RequiredService {
    return {
      name,
      optional: false,
      start: () => {
        this.heard.push(`+${name}`);
        if (fault) throw fault;
      },
      stop: () => void this.heard.push(`-${name}`),
    };
  }

  /** @param fault Asked at each start. */
  optional(name: string, fault: () => unknown): Flaky {
    return new Flaky(name, this.heard, fault);
  }
}

class Flaky implements OptionalService {
  readonly optional = true;
  readonly condition = "control_socket";
  lost: (error: unknown) => void = () => {};
  constructor(
    readonly name: string,
    readonly heard: string[],
    readonly fault: () => unknown,
  ) {}

  async start(lost: (error: unknown) => void): Promise<void> {
    this.heard.push(`+${this.name}`);
    const fault = await this.fault();
    if (fault !== undefined) throw fault;
    this.lost = lost;
  }

  stop(): void {
    this.heard.push(`-${this.name}`);
  }
}

const failure = new ServiceFailure("/run: no permission");

Deno.test("services start in their order and stop in the reverse one", async () => {
  const stage = new Stage();
  await stage.supervisor.start([
    stage.required("a"),
    stage.optional("b", () => undefined),
    stage.required("c"),
  ]);
  assert.equal(stage.state, "a running, b running, c running");
  await stage.supervisor.stop();
  await stage.supervisor.stop();
  assert.equal(stage.heard.join(" "), "+a +b +c -c -b -a");
  assert.equal(stage.state, "a stopped, b stopped, c stopped");
  assert.equal(stage.time.pending, 0);
});

Deno.test("nothing starts after a required service that cannot; what runs is stopped", async () => {
  const stage = new Stage();
  const fault = new Error("no port");
  await assert.rejects(
    stage.supervisor.start([
      stage.required("a"),
      stage.required("b", fault),
      stage.required("c"),
    ]),
    fault,
  );
  await stage.supervisor.stop();
  assert.equal(stage.heard.join(" "), "+a +b -a");
});

Deno.test("a service that cannot be stopped does not keep the others from it", async () => {
  const stage = new Stage();
  const fault = new Error("stuck");
  const stop = () => Promise.reject(fault);
  await stage.supervisor.start([
    stage.required("a"),
    { ...stage.required("b"), stop },
  ]);
  await stage.supervisor.stop();
  assert.deepEqual(stage.bugs, [fault]);
  assert.equal(stage.heard.join(" "), "+a +b -a");
});

Deno.test("an optional service that fails is tried again, ever later", async () => {
  const stage = new Stage();
  const { time, supervisor, reported, heard } = stage;
  let fault: unknown = failure;
  await supervisor.start([
    stage.optional("b", () => fault),
    stage.required("c"),
  ]);
  assert.equal(stage.state, "b failed, c running");
  assert.equal(reported.details.get("control_socket"), failure.message);
  assert.equal(supervisor.statuses()[0]?.error, failure.message);
  heard.length = 0;
  const starts: number[] = [];
  const begin = time.now();
  while (time.now() - begin < 150_000) {
    await time.pass(1000);
    if (heard.splice(0).length > 0) starts.push((time.now() - begin) / 1000);
  }
  assert.deepEqual(starts, [1, 3, 7, 15, 31, 61, 91, 121]);
  fault = undefined;
  await time.pass(30_000);
  assert.equal(stage.state, "b running, c running");
  assert.equal(supervisor.statuses()[0]?.error, undefined);
  assert.equal(reported.details.size, 0);
  assert.equal(time.pending, 0);
  assert.deepEqual(stage.bugs, []);
  await supervisor.stop();
});

Deno.test("an optional service that hangs does not keep what follows from starting", async () => {
  const stage = new Stage();
  const { time, supervisor, heard } = stage;
  const hangs = Promise.withResolvers<void>();
  const started = supervisor.start([
    stage.optional("b", () => hangs.promise),
    stage.required("c"),
  ]);
  await time.pass(4999);
  assert.equal(stage.state, "b starting");
  await time.pass(1);
  await started;
  assert.equal(stage.state, "b starting, c running");
  hangs.resolve();
  await settle();
  assert.equal(stage.state, "b running, c running");
  assert.equal(heard.join(" "), "+b +c");
  await supervisor.stop();
});

Deno.test("an optional service that starts after the end is stopped at once", async () => {
  const stage = new Stage();
  const { time, supervisor, heard } = stage;
  const hangs = Promise.withResolvers<void>();
  const started = supervisor.start([
    stage.optional("b", () => hangs.promise),
  ]);
  await time.pass(5000);
  await started;
  const stopped = supervisor.stop();
  await time.pass(5000);
  await stopped;
  hangs.resolve();
  await settle();
  assert.equal(heard.join(" "), "+b -b");
  assert.equal(stage.state, "b stopped");
  assert.equal(time.pending, 0);
});

Deno.test("no retry comes after the end", async () => {
  const stage = new Stage();
  await stage.supervisor.start([stage.optional("b", () => failure)]);
  await stage.supervisor.stop();
  await stage.time.pass(60_000);
  assert.equal(stage.heard.join(" "), "+b");
  assert.equal(stage.time.pending, 0);
});

Deno.test("an optional service that ends by itself is stopped and started anew", async () => {
  const stage = new Stage();
  const { time, supervisor, reported, heard } = stage;
  const service = stage.optional("b", () => undefined);
  await supervisor.start([service]);
  for (const _ of [1, 2]) { // soon again: later than the first time
    service.lost(failure);
    service.lost(failure);
    await settle();
    assert.equal(stage.state, "b failed");
    assert.equal(reported.details.get("control_socket"), failure.message);
    await time.pass(2000);
    assert.equal(stage.state, "b running");
    assert.equal(reported.details.size, 0);
  }
  assert.equal(heard.join(" "), "+b -b +b -b +b");
  await time.pass(30_000);
  service.lost(failure);
  await settle();
  await time.pass(1000); // it had run for long: as soon as the first time
  assert.equal(stage.state, "b running");
  await supervisor.stop();
});

Deno.test("one that is lost while it starts is not taken for running", async () => {
  const stage = new Stage();
  let isLost = true;
  const service: OptionalService = {
    ...stage.optional("b", () => undefined),
    name: "b",
    start(lost) {
      if (isLost) lost(failure);
    },
    stop: () => void stage.heard.push("-b"),
  };
  await stage.supervisor.start([service]);
  assert.equal(stage.state, "b failed");
  assert.equal(stage.heard.join(" "), "-b");
  isLost = false;
  await stage.time.pass(1000);
  assert.equal(stage.state, "b running");
  await stage.supervisor.stop();
});

Deno.test("a bug in an optional service is reported once, and its text is not shown", async () => {
  const stage = new Stage();
  const bug = new TypeError("cannot read ann@relay.example");
  await stage.supervisor.start([stage.optional("b", () => bug)]);
  await stage.time.pass(20_000);
  assert.deepEqual(stage.bugs, [bug]);
  const shown = stage.supervisor.statuses()[0]?.error ?? "";
  assert.ok(!shown.includes("ann"), shown);
  await stage.supervisor.stop();
});

Deno.test("an error of the system is shown in words", async () => {
  const stage = new Stage();
  const error = Object.assign(new Error("bind"), { code: "EADDRINUSE" });
  await stage.supervisor.start([stage.optional("b", () => error)]);
  assert.equal(
    stage.reported.details.get("control_socket"),
    "another program has this port",
  );
  assert.deepEqual(stage.bugs, []);
  await stage.supervisor.stop();
});
