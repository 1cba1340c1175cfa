/** A relay handed over to another machine. @module */
import { join } from "node:path";
import { backupOptions } from "../../../app/backups.ts";
import { InstanceLock } from "../../../app/instance_lock.ts";
import { SYSTEM_TIMERS } from "../../../app/system_time.ts";
import { Refusal } from "../../../base/refusal.ts";
import { roundedSize } from "../../../base/sizes.ts";
import { asOwnerOf, onceAsOwnerOf } from "../../../ops/as_owner.ts";
import { BackupFault } from "../../../ops/backup/manifest.ts";
import {
  checkEmpty,
  clearInterrupted,
  restoreBackup,
} from "../../../ops/backup/restore.ts";
import { Channel, HandoverFault } from "../../../ops/move/channel.ts";
import {
  lastHandover,
  markMoved,
  noteHandover,
} from "../../../ops/move/moved.ts";
import { receiveBackup } from "../../../ops/move/receiver.ts";
import { sendBackup, type Sent } from "../../../ops/move/sender.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  textOption,
} from "../../command.ts";
import { CliError, describeFailure, EXIT } from "../../exit_codes.ts";
import { counted } from "../../text.ts";

const INCOMING = "incoming";

async function send(call: Call): Promise<CommandResult> {
  const via = textOption(call, "via");
  if (via === undefined) {
    throw new CliError(
      "usage",
      "Say how to reach the new machine: --via 'ssh root@HOST postern move receive'",
      EXIT.usage,
    );
  }
  const final = flagOption(call, "final");
  if (final && await call.access.applied() === "live") {
    throw new CliError(
      "running",
      "The server runs, and would take mail that stays behind: stop it first",
      EXIT.not_running,
    );
  }
  const sent = await withWay(via, (channel) => sendNow(call, final, channel));
  return { data: { ...sent, final }, text: sentText(sent, final) };
}

async function sendNow(
  call: Call,
  final: boolean,
  channel: Channel,
): Promise<Sent> {
  const { stateDir } = call.access.config.values.server;
  const before = onceAsOwnerOf(stateDir, () => lastHandover(stateDir));
  const made = await call.access.call("backup.create", {});
  // it stays until the next one is made, which then need not read all contents
  await asOwnerOf(stateDir, () => noteHandover(stateDir, made.name));
  if (before !== undefined) await forget(call, before);
  const sent = await sendBackup(made.path, final, channel);
  if (final) {
    await asOwnerOf(stateDir, () => markMoved(stateDir));
    await forget(call, made.name);
    await asOwnerOf(stateDir, () => noteHandover(stateDir, undefined));
  }
  return sent;
}

/** Somebody may have removed it. */
async function forget(call: Call, name: string): Promise<void> {
  try {
    await call.access.call("backup.remove", { name });
  } catch (error) {
    if (describeFailure(error).code !== "not_found") throw error;
  }
}

/**
 * The other side gets ready meanwhile.
 *
 * @param via A command line of the shell, whose input and output lead there.
 */
async function withWay(
  via: string,
  work: (channel: Channel) => Promise<Sent>,
): Promise<Sent> {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", via],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const channel = new Channel(child.stdout, child.stdin);
  try {
    return await work(channel);
  } catch (error) {
    throw faultOf(error);
  } finally {
    await channel.close();
    await child.status;
  }
}

function sentText(
  { files, bytes, accounts, messages, installed }: Sent,
  final: boolean,
): string {
  const what = `${counted(accounts, "account", "accounts")}, ${
    counted(messages, "message", "messages")
  }; ${counted(files, "file", "files")} and ${roundedSize(bytes)} went over`;
  if (!final) {
    return `The new machine has all there was: ${what}\nNext: stop the server, and say the same with --final`;
  }
  return installed
    ? `Handed over: ${what}\nStart it there. It will not start here any more`
    : what;
}

function receive(call: Call): Promise<CommandResult> {
  const { stateDir } = call.access.config.values.server;
  return asOwnerOf(stateDir, () => receiveNow(call));
}

async function receiveNow(call: Call): Promise<CommandResult> {
  if (call.json) {
    throw new CliError(
      "usage",
      "Standard output leads to the other machine: --json is for its move send",
      EXIT.usage,
    );
  }
  const { config } = call.access;
  const { place, domain } = backupOptions(config, config.values);
  const { stateDir } = place;
  const lock = await InstanceLock.take(stateDir, "command", SYSTEM_TIMERS);
  const channel = new Channel(Deno.stdin.readable, Deno.stdout.writable);
  try {
    clearInterrupted(place);
    checkEmpty(place);
    const incoming = join(stateDir, INCOMING);
    const { manifest, final } = await receiveBackup(incoming, domain, channel);
    const { accounts, messages } = manifest.end;
    if (final) {
      await restoreBackup({
        isProved: true,
        unpack: (target) => Deno.rename(incoming, target),
      }, place);
    }
    await channel.say({ accounts, messages, installed: final });
    return { data: null, text: "" };
  } catch (error) {
    const fault = faultOf(error);
    if (fault instanceof CliError) {
      // it may have hung up: then nobody reads it
      await channel.say({ refused: fault.message }).catch(() => {});
    }
    throw fault;
  } finally {
    await channel.close();
    lock.release();
  }
}

function faultOf(error: unknown): unknown {
  const isMeant = error instanceof HandoverFault ||
    error instanceof BackupFault || error instanceof Refusal;
  return isMeant
    ? new CliError("handover", `Not handed over: ${error.message}`, EXIT.failed)
    : error;
}

export const MOVE_COMMANDS: readonly Command[] = [
  {
    usage: "move send",
    summary:
      "Bring the relay to another machine: first while it serves, then the rest",
    timeout: "24h",
    options: [
      {
        flags: "--via <command>",
        summary:
          "whose input and output lead there: 'ssh root@HOST postern move receive'",
      },
      {
        flags: "--final",
        summary: "the server is stopped: hand over, and never start here again",
      },
    ],
    run: send,
  },
  {
    usage: "move receive",
    summary: "The other side of move send: called by it, not by a person",
    timeout: "24h",
    run: receive,
  },
];
