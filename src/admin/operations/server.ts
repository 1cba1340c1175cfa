/** The server as a process: is it there, reload, stop, how much it logs, who is connected. @module */
import { optional } from "valibot";
import { LOG_LEVELS } from "../../observe/fields.ts";
import { choice, username } from "../fields.ts";
import { type LiveServer, RELOAD_SCOPES } from "../live_server.ts";
import { accountAddress, accountNamed } from "../names.ts";
import { inField, serverOperation } from "../operation.ts";

const MOST_NETWORKS = 200;

/** Where nothing about people is logged, nobody is told which networks they are. */
function lockedNetworks(live: LiveServer) {
  const locked = live.lockedNetworks();
  const counters = live.counters();
  const isHidden = live.log.level === "off";
  return {
    locked: isHidden ? [] : locked.slice(0, MOST_NETWORKS),
    locked_total: locked.length,
    hidden: isHidden,
    /** These two since the start, of mail. */
    bad_credentials: counters.get("refused_bad_credentials") ?? 0,
    too_many_attempts: counters.get("refused_too_many_attempts") ?? 0,
  };
}

export const SERVER_OPERATIONS = {
  "ping": serverOperation({
    summary: "Whether the server answers",
    scope: "read",
    changes: false,
    input: {},
    run: () => ({ pong: true }),
  }),
  "reload": serverOperation({
    summary: "Read configuration file and certificate again",
    scope: "full",
    changes: true,
    input: {
      scope: optional(choice("what to read again", RELOAD_SCOPES), "all"),
    },
    run: (live, { scope }) => live.reload(scope),
  }),
  "stop": serverOperation({
    summary: "Stop the server; sessions get time to end",
    scope: "full",
    changes: true,
    input: {},
    run(live) {
      live.stop();
      return { stopping: true };
    },
  }),
  "restart": serverOperation({
    summary:
      "Have a new process of the program take over; no connection is refused meanwhile",
    scope: "full",
    changes: true,
    input: {},
    async run(live) {
      const { pid } = await live.restart();
      return { restarting: true, pid };
    },
  }),
  "log.level": serverOperation({
    summary:
      "Change the level of the log until the server ends; debug for an hour",
    scope: "full",
    changes: true,
    input: { level: choice("of the lines that are written", LOG_LEVELS) },
    async run(live, { level }) {
      await inField("level", () => live.setLogLevel(level));
      return { level: live.log.level };
    },
  }),
  "sessions.list": serverOperation({
    summary: "Who is connected now",
    scope: "read",
    changes: false,
    input: {},
    run: ({ sessions }) => ({ sessions: sessions.list() }),
  }),
  "sessions.locked": serverOperation({
    summary: "Networks that may not log in now, and how often logins failed",
    scope: "full",
    changes: false,
    input: {},
    run: (live) => lockedNetworks(live),
  }),
  "sessions.kill": serverOperation({
    summary: "Disconnect an account; it may come back",
    scope: "accounts",
    changes: true,
    input: { username: username() },
    async run({ sessions }, { username }, context) {
      const ended = sessions.end(accountAddress(context, username));
      // nobody was connected, or nobody has this name
      if (ended === 0) await accountNamed(context, username);
      return { ended };
    },
  }),
} as const;
