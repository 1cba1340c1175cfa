/** What a job works with: the tables, the time, and who is told. @module */
import type { AccountId } from "../../../base/ids.ts";
import type { Connection } from "../database/connection.ts";
import { AccountKeyTable } from "../tables/account_key_table.ts";
import { AccountTable } from "../tables/account_table.ts";
import { BlobTable } from "../tables/blob_table.ts";
import { BlockTable } from "../tables/block_table.ts";
import { LivedTimeTable } from "../tables/lived_time_table.ts";
import { MailboxTable } from "../tables/mailbox_table.ts";
import { MessageTable } from "../tables/message_table.ts";
import { AcceptedTable } from "../tables/accepted_table.ts";
import { PurgeTable } from "../tables/purge_table.ts";
import { PushTokenTable } from "../tables/push_token_table.ts";
import { QueueDestinationTable } from "../tables/queue_destination_table.ts";
import { QueueRecipientTable } from "../tables/queue_recipient_table.ts";
import { QueueTable } from "../tables/queue_table.ts";
import { RecordTable } from "../tables/record_table.ts";
import { SampleTable } from "../tables/sample_table.ts";
import { SentTable } from "../tables/sent_table.ts";
import { SettingTable } from "../tables/setting_table.ts";
import { TaskTable } from "../tables/task_table.ts";
import { TokenTable } from "../tables/token_table.ts";
import { UsageTable } from "../tables/usage_table.ts";
import { Changes } from "./changes.ts";

export class JobContext {
  readonly accepted: AcceptedTable;
  readonly accountKeys: AccountKeyTable;
  readonly accounts: AccountTable;
  readonly blobs: BlobTable;
  readonly blocklist: BlockTable;
  readonly livedTime: LivedTimeTable;
  readonly mailboxes: MailboxTable;
  readonly messages: MessageTable;
  readonly purges: PurgeTable;
  readonly pushTokens: PushTokenTable;
  readonly queue: QueueTable;
  readonly queueDestinations: QueueDestinationTable;
  readonly queueRecipients: QueueRecipientTable;
  readonly records: RecordTable;
  readonly samples: SampleTable;
  readonly sent: SentTable;
  readonly settings: SettingTable;
  readonly tasks: TaskTable;
  readonly tokens: TokenTable;
  readonly usage: UsageTable;
  readonly changes = new Changes();
  /** Accounts whose mail is all too young to expire, and until when, in lived seconds. */
  readonly nothingToExpire = new Map<AccountId, number>();
  /** Seconds since 1970 UTC by the machine's clock, for people; the same for a whole batch. */
  nowSeconds = 0;
  /** Seconds that were lived through, for all that ages. */
  livedSeconds = 0;

  constructor(
    readonly db: Connection,
    /** Milliseconds of a clock that never jumps: bounds long jobs. */
    readonly monotonicMs: () => number,
  ) {
    this.accepted = new AcceptedTable(db);
    this.accountKeys = new AccountKeyTable(db);
    this.accounts = new AccountTable(db);
    this.blobs = new BlobTable(db);
    this.blocklist = new BlockTable(db);
    this.livedTime = new LivedTimeTable(db);
    this.mailboxes = new MailboxTable(db);
    this.messages = new MessageTable(db);
    this.purges = new PurgeTable(db);
    this.pushTokens = new PushTokenTable(db);
    this.queue = new QueueTable(db);
    this.queueDestinations = new QueueDestinationTable(db);
    this.queueRecipients = new QueueRecipientTable(db);
    this.records = new RecordTable(db);
    this.samples = new SampleTable(db);
    this.sent = new SentTable(db);
    this.settings = new SettingTable(db);
    this.tasks = new TaskTable(db);
    this.tokens = new TokenTable(db);
    this.usage = new UsageTable(db);
  }
}
