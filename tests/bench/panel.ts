/** B15: what open panels cost a relay with many accounts. @module */
import { Server } from "../harness/server.ts";
import { fillStore } from "./large_store.ts";
import { deliverLoaded } from "./latency.ts";
import { cpuSeconds, pause, percentile, type Row } from "./measure.ts";
import { CONFIG, type Relay } from "./people.ts";

const ACCOUNTS = Number(Deno.env.get("PANEL_ACCOUNTS") ?? 100_000);
const ASKED = 20;
const PANELS = 10;
const WATCHED_MS = 60_000;
const PER_SECOND = 50;
const MESSAGES = 1000;
const EVERY_MS = 200;

interface Question {
  readonly what: string;
  readonly method: string;
  readonly body: Record<string, unknown>;
  readonly required?: string;
}

const PAGE = { limit: 50 };
const LAST = { ...PAGE, offset: ACCOUNTS - 50 };
const WITHIN = "≤ 100";

const QUESTIONS: readonly Question[] = [
  ...["username", "created", "last_login", "used", "messages"].flatMap((sort) =>
    [["first", PAGE], ["last", LAST]].map(([which, page]): Question => ({
      what: `accounts by ${sort}, ${which} page`,
      method: "accounts.list",
      body: { sort, ...page as object },
      required: WITHIN,
    }))
  ),
  {
    what: "accounts by name, backwards, last page",
    method: "accounts.list",
    body: { sort: "username", dir: "desc", ...LAST },
    required: WITHIN,
  },
  ...["never", "inactive", "over_quota", "blocked"].map((filter): Question => ({
    what: `accounts ${filter}, by used, first page`,
    method: "accounts.list",
    body: { filter, sort: "used", ...PAGE },
    required: WITHIN,
  })),
  {
    what: "accounts with 999 in the name",
    method: "accounts.list",
    body: { search: "999", sort: "used", ...PAGE },
    required: WITHIN,
  },
  { what: "overview", method: "overview", body: {}, required: WITHIN },
  { what: "status", method: "status", body: {}, required: WITHIN },
  {
    what: "storage.usage",
    method: "storage.usage",
    body: {},
    required: WITHIN,
  },
  {
    what: "metrics.history, a year of all",
    method: "metrics.history",
    body: { from: Math.floor(Date.now() / 1000) - 365 * 86_400 },
  },
];

export async function measurePanel(): Promise<Row[]> {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-panel-" });
  let server: Server | undefined;
  try {
    const messages = ACCOUNTS;
    await fillStore(stateDir, { accounts: ACCOUNTS, messages, files: 0 });
    server = await Server.start({ stateDir, config: CONFIG });
    const panel = await Panel.of(server);
    const rows: Row[] = [];
    for (const question of QUESTIONS) {
      const times: number[] = [];
      for (let i = 0; i < ASKED; i++) {
        times.push(await panel.ask(question));
        await pause(20);
      }
      rows.push(row(
        `${question.what}, p50`,
        percentile(times, 0.5),
        "ms",
        question.required,
      ));
    }
    rows.push(...await measureStreams(server, panel));
    const relay: Relay = { server, certificate: "" };
    const goesOn = (next: number) => next < MESSAGES;
    const quiet = await deliverLoaded(relay, PER_SECOND, goesOn);
    let isOver = false;
    const browsing = browse(panel, () => isOver);
    const busy = await deliverLoaded(relay, PER_SECOND, goesOn);
    isOver = true;
    await browsing;
    return [
      ...rows,
      ...latencies("nobody looks", quiet.waitedMs),
      ...latencies("somebody pages through accounts", busy.waitedMs),
    ];
  } finally {
    await server?.dispose();
    await Deno.remove(stateDir, { recursive: true });
  }
}

/** Asks as a panel does, with the token of the server. */
class Panel {
  private constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  static async of(server: Server): Promise<Panel> {
    const token = await Deno.readTextFile(`${server.stateDir}/admin_token`);
    return new Panel(
      `http://127.0.0.1:${server.ports.http}/api/admin`,
      token.trim(),
    );
  }

  /** Gives the milliseconds until the answer was read. @throws {Error} if it is a refusal */
  async ask({ method, body }: Question): Promise<number> {
    const began = performance.now();
    const response = await fetch(this.url, {
      method: "POST",
      headers: this.headers,
      body: JSON.stringify({ method, body }),
    });
    const text = await response.text();
    const took = performance.now() - began;
    const { status, error } = JSON.parse(text);
    if (status !== 200) throw new Error(`${method}: ${error}`);
    return took;
  }

  /** A stream of events; gives what ends it, and how many events came. */
  async follow(): Promise<() => Promise<number>> {
    const over = new AbortController();
    const response = await fetch(`${this.url}/events`, {
      headers: this.headers,
      signal: over.signal,
    });
    if (response.status !== 200) {
      throw new Error(`events: ${response.status} ${await response.text()}`);
    }
    let events = 0;
    const reading = (async () => {
      try {
        const text = response.body!.pipeThrough(new TextDecoderStream());
        for await (const part of text) {
          events += part.split("event: metrics").length - 1;
        }
      } catch {
        // it was ended
      }
    })();
    return async () => {
      over.abort();
      await reading;
      return events;
    };
  }

  get headers(): Record<string, string> {
    return {
      "authorization": `Bearer ${this.token}`,
      "content-type": "application/json",
    };
  }
}

/** CPU of the server with no panel, with ten streams, and with ten that ask at each event too. */
async function measureStreams(server: Server, panel: Panel): Promise<Row[]> {
  const share = async (work: () => Promise<void>) => {
    const before = await cpuSeconds(server.pid);
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    return (await cpuSeconds(server.pid) - before) / seconds * 100;
  };
  const alone = await share(() => pause(WATCHED_MS));
  const ends = await Promise.all(
    Array.from({ length: PANELS }, () => panel.follow()),
  );
  const streaming = await share(() => pause(WATCHED_MS));
  const overview = QUESTIONS.find(({ method }) => method === "overview")!;
  const asking = await share(async () => {
    for (let i = 0; i < WATCHED_MS / 5000; i++) {
      for (let n = 0; n < PANELS; n++) await panel.ask(overview);
      await pause(5000);
    }
  });
  const counts = await Promise.all(ends.map((end) => end()));
  return [
    row("CPU, nobody looks", alone, "%"),
    row(`CPU, ${PANELS} streams`, streaming, "%"),
    row("… of it the streams", streaming - alone, "%", "≤ 1"),
    row(
      `… that ask for the overview every 5 s too`,
      asking - alone,
      "%",
      "≤ 1",
    ),
    row("events of gauges, fewest", Math.min(...counts), ""),
  ];
}

async function browse(panel: Panel, isOver: () => boolean): Promise<void> {
  const lists = QUESTIONS.filter(({ method }) => method === "accounts.list");
  for (let i = 0; !isOver(); i++) {
    await panel.ask(lists[i % lists.length]!);
    await pause(EVERY_MS);
  }
}

function latencies(what: string, waitedMs: readonly number[]): Row[] {
  return [0.5, 0.99].map((share) =>
    row(
      `message to EXISTS while ${what}, p${share * 100}`,
      percentile(waitedMs, share),
      "ms",
    )
  );
}

function row(
  measure: string,
  value: number,
  unit: string,
  required?: string,
): Row {
  return {
    benchmark: "B15, panel",
    measure,
    value,
    unit,
    ...(required === undefined ? {} : { required }),
  };
}
