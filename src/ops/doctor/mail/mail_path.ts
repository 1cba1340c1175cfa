/**
 * The way of a message through this relay, walked with an account of its own:
 * login, METADATA, submission, the IDLE that tells of it, and the message again.
 *
 * @module
 */
import type { Finding } from "../../../admin/doctor_control.ts";
import type { ListenerName } from "../../../config/listener_table.ts";
import {
  LOWER_CASE_AND_DIGITS,
  randomText,
} from "../../../accounts/random_text.ts";
import { reasonOf } from "../../../base/system_errors.ts";
import { type Check, fail, type LiveWorld, pass, skip } from "../check.ts";
import { listenerNamed } from "../port_checks.ts";
import { connectTls, ownTarget } from "../reach.ts";
import { ImapTrial } from "./imap_trial.ts";
import { LineClient } from "./line_client.ts";
import { submit } from "./smtp_trial.ts";
import { type TrialAccount, withTrialAccount } from "./trial_account.ts";
import { trialMessage } from "./trial_message.ts";

const IDS = ["imap", "submission", "round-trip"] as const;
type PathId = (typeof IDS)[number];

const REMEDIES: Readonly<Record<PathId, string>> = {
  imap: "postern port imap_tls status; postern logs",
  submission: "postern port submission_tls status; postern logs",
  "round-trip": "postern status --details; postern queue status; postern logs",
};

async function mailPath(world: LiveWorld): Promise<readonly Finding[]> {
  const missing = (["imap_tls", "submission_tls"] as const).find((name) =>
    !listenerNamed(world, name)
  );
  if (missing !== undefined) {
    return IDS.map((id) => skip(id, `${missing} does not listen`));
  }
  const found: Finding[] = [];
  const path = new Path(world, found);
  try {
    await withTrialAccount(
      world.context,
      (account) => path.walk(account),
    );
  } catch (error) {
    if (world.signal.aborted) throw error;
    found.push(fail(path.step, reasonOf(error), REMEDIES[path.step]));
  } finally {
    path.close();
  }
  const reached = found.map(({ id }) => id);
  const rest = IDS.filter((id) => !reached.includes(id));
  return [
    ...found,
    ...rest.map((id) => skip(id, `It ended before, at ${path.step}`)),
  ];
}

class Path {
  /** What is being done. */
  step: PathId = "imap";
  readonly #clients: LineClient[] = [];

  constructor(readonly world: LiveWorld, readonly found: Finding[]) {}

  async walk(account: TrialAccount): Promise<void> {
    const imap = await this.#login(account);
    const { random, certificates: { hostname } } = this.world.context;
    const token = randomText(random, LOWER_CASE_AND_DIGITS, 24);
    await imap.command("SELECT INBOX");
    const waitFor = await imap.idle();
    this.step = "submission";
    const started = this.world.clock.monotonic();
    await submit(await this.#open("submission_tls"), {
      ...account,
      message: trialMessage(
        account.address,
        token,
        random,
        this.world.clock.now(),
      ),
    });
    this.found.push(
      pass("submission", `${hostname} takes mail of those who log in`),
    );
    this.step = "round-trip";
    await waitFor(1);
    const tookMs = Math.round(this.world.clock.monotonic() - started);
    const fetched = await imap.command("FETCH 1 (BODY.PEEK[])");
    if (!fetched.some((line) => line.includes(token))) {
      throw new Error("Another message came back than was sent");
    }
    await imap.command("LOGOUT");
    this.found.push(pass(
      "round-trip",
      `A message was submitted, told by IDLE and fetched; EXISTS came ${tookMs} ms after the connection for it began`,
    ));
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #login({ address, password }: TrialAccount): Promise<ImapTrial> {
    const imap = await ImapTrial.greeted(await this.#open("imap_tls"));
    const before = await imap.capabilities();
    if (before.includes("METADATA")) {
      throw new Error(
        "CAPABILITY has METADATA before login: cores take that for another server",
      );
    }
    await imap.command(`LOGIN "${address}" "${password}"`);
    const after = await imap.capabilities();
    const lacking = ["IDLE", "METADATA", "QUOTA"].filter((one) =>
      !after.includes(one)
    );
    if (lacking.length > 0) {
      throw new Error(`CAPABILITY lacks ${lacking.join(", ")} after login`);
    }
    await imap.command('GETMETADATA "" (/shared/comment /shared/admin)');
    this.found.push(
      pass("imap", "Login, CAPABILITY and METADATA are as apps want them"),
    );
    return imap;
  }

  async #open(name: ListenerName): Promise<LineClient> {
    const listener = listenerNamed(this.world, name);
    if (!listener) throw new Error(`${name} does not listen`);
    const wire = await connectTls(this.world, ownTarget(listener), {
      host: this.world.context.certificates.hostname,
      certificate: "any", // the check "tls" looks at it
    });
    const client = new LineClient(wire, this.world.signal);
    this.#clients.push(client);
    return client;
  }
}

export const MAIL_CHECKS: readonly Check[] = [
  { ids: IDS as unknown as Check["ids"], lookLive: mailPath },
];
