/**
 * What one device of an account tells the others, in the words of Delta Chat:
 * a list of items as JSON (`multi-device-sync.json`).
 *
 * @module
 */

export type SyncId =
  | { readonly ContactFingerprint: string }
  | { readonly Grpid: string };

export type Visibility = "Normal" | "Archived" | "Pinned";

export type MuteDuration =
  | "NotMuted"
  | "Forever"
  | {
    readonly Until: {
      readonly secs_since_epoch: number;
      readonly nanos_since_epoch: number;
    };
  };

export type SyncAction =
  | "Block"
  | "Unblock"
  | "Accept"
  | "Delete"
  | { readonly SetVisibility: Visibility }
  | { readonly SetMuted: MuteDuration }
  | {
    readonly CreateOutBroadcast: {
      readonly chat_name: string;
      readonly secret: string;
    };
  }
  | { readonly CreateGroupEncrypted: string }
  | {
    readonly SetPgpContacts: readonly (readonly [
      fingerprint: string,
      address: string,
    ])[];
  };

export type SyncData =
  | {
    readonly AlterChat: { readonly id: SyncId; readonly action: SyncAction };
  }
  | { readonly DeleteMessages: { readonly msgs: readonly string[] } }
  | { readonly Config: { readonly key: ConfigKey; readonly val: string } };

/** Of a profile, what all devices have. */
const CONFIG_KEYS = ["Displayname", "MdnsEnabled", "Selfavatar"] as const;
export type ConfigKey = typeof CONFIG_KEYS[number];

export interface SyncItem {
  /** Seconds since 1970 UTC. */
  readonly timestamp: number;
  readonly data: SyncData;
}

const MAX_ITEMS = 1000;
const MAX_LIST = 2000;
const ACTIONS: readonly unknown[] = ["Block", "Unblock", "Accept", "Delete"];
const VISIBILITIES: readonly unknown[] = ["Normal", "Archived", "Pinned"];

export function writeItems(items: readonly SyncItem[]): string {
  return `{"items":[\n${
    items.map((one) => JSON.stringify(one)).join(",\n")
  }\n]}`;
}

/** Those that are known; newer apps may tell more. */
export function readItems(json: string): readonly SyncData[] {
  let list: unknown;
  try {
    list = (JSON.parse(json) as { items?: unknown } | null)?.items;
  } catch {
    return [];
  }
  return (Array.isArray(list) ? list : []).slice(0, MAX_ITEMS)
    .flatMap((one) => dataOf(one?.data) ?? []);
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}

function dataOf(value: unknown): SyncData | undefined {
  const { AlterChat, DeleteMessages, Config } = fieldsOf(value);
  if (AlterChat !== undefined) {
    const { id, action } = fieldsOf(AlterChat);
    const known = idOf(id);
    const done = actionOf(action);
    return known && done && { AlterChat: { id: known, action: done } };
  }
  if (DeleteMessages !== undefined) {
    const { msgs } = fieldsOf(DeleteMessages);
    return Array.isArray(msgs)
      ? { DeleteMessages: { msgs: msgs.filter(isText).slice(0, MAX_LIST) } }
      : undefined;
  }
  const { key, val } = fieldsOf(Config);
  const known = CONFIG_KEYS.find((one) => one === key);
  return known && isText(val) ? { Config: { key: known, val } } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function idOf(value: unknown): SyncId | undefined {
  const { ContactFingerprint, Grpid } = fieldsOf(value);
  if (isText(ContactFingerprint)) {
    return { ContactFingerprint: ContactFingerprint.toUpperCase() };
  }
  return isText(Grpid) ? { Grpid } : undefined;
}

function actionOf(value: unknown): SyncAction | undefined {
  if (ACTIONS.includes(value)) return value as SyncAction;
  const fields = fieldsOf(value);
  if (VISIBILITIES.includes(fields.SetVisibility)) {
    return { SetVisibility: fields.SetVisibility as Visibility };
  }
  if (fields.SetMuted !== undefined) return muteOf(fields.SetMuted);
  if (isText(fields.CreateGroupEncrypted)) {
    return { CreateGroupEncrypted: fields.CreateGroupEncrypted };
  }
  if (fields.CreateOutBroadcast !== undefined) {
    const { chat_name, secret } = fieldsOf(fields.CreateOutBroadcast);
    return isText(chat_name) && isText(secret)
      ? { CreateOutBroadcast: { chat_name, secret } }
      : undefined;
  }
  const { SetPgpContacts } = fields;
  if (!Array.isArray(SetPgpContacts)) return undefined;
  const pairs = SetPgpContacts.slice(0, MAX_LIST).filter((one) =>
    Array.isArray(one) && isText(one[0])
  ).map(([fingerprint, address]) =>
    [String(fingerprint).toUpperCase(), String(address ?? "")] as const
  );
  return { SetPgpContacts: pairs };
}

function muteOf(value: unknown): SyncAction | undefined {
  if (value === "NotMuted" || value === "Forever") return { SetMuted: value };
  const { secs_since_epoch } = fieldsOf(fieldsOf(value).Until);
  if (typeof secs_since_epoch !== "number") return undefined;
  return {
    SetMuted: { Until: { secs_since_epoch, nanos_since_epoch: 0 } },
  };
}
