/** Lines that guides for operators have, word for word. */
import { NOT_RUNNING, script } from "./script.ts";

script("a name is banned and blocked with a reason", [
  {
    run: "accounts ban anna1234 --reason 'sends spam' --yes",
    out: `Banned anna1234@chat.example\n${NOT_RUNNING}`,
  },
  {
    run: "blocklist add bert5678 --reason 'so he asked' -y",
    out: `Blocked bert5678@chat.example\n${NOT_RUNNING}`,
  },
  {
    run: "blocklist list",
    out: /anna1234@chat\.example .* sends spam\n.*so he asked\n/,
  },
  {
    run: "accounts ban cleo9012 spam --reason 'and more' --yes",
    exit: 2,
    err: "postern: Give one reason\n",
  },
]);

script("accounts by what became of them", [
  {
    run: "accounts create anna1234 -p 'correct horse' -q",
  },
  {
    run: "accounts list --never --json",
    out:
      /"accounts":\[\{"username":"anna1234@chat\.example".*\],"total":1\}\}\n$/,
  },
  {
    run: "accounts list --inactive 60d --json",
    out: /"accounts":\[\],"total":0\}\}\n$/,
  },
  {
    run: "accounts list --over-quota --json",
    out: /"accounts":\[\],"total":0\}\}\n$/,
  },
  {
    run: "accounts quota anna1234 0 -q",
  },
  {
    run: "accounts list --over-quota --json",
    out: /"total":1\}\}\n$/,
  },
  {
    run: "accounts list --never --over-quota",
    exit: 2,
    err:
      "postern: Name one of --inactive, --never, --over-quota and --blocked\n",
  },
]);

script("quotas", [
  {
    run: "accounts create anna1234 -p 'correct horse' -q",
  },
  {
    run: "quota",
    out: "accounts       1\nmail           0 B\ndefault quota  1G\n",
  },
  {
    run: "quota set anna1234 2G",
    out: "anna1234@chat.example: 0 B of 2.0 GiB\n",
  },
  {
    run: "quota get anna1234",
    out: "anna1234@chat.example: 0 B of 2.0 GiB\n",
  },
  {
    run: "quota set-default 500M",
    out: `The default quota is 500M\n${NOT_RUNNING}`,
  },
  {
    run: "quota reset anna1234",
    out: "anna1234@chat.example: 0 B of 500 MiB (the default quota)\n",
  },
  {
    run: "quota list",
    out: /^ACCOUNT .*\nanna1234@chat\.example +0 B +500 MiB +default\n$/,
  },
  {
    run: "quota set nobody99 1G",
    exit: 3,
    err: "postern: No account is named nobody99@chat.example\n",
  },
]);

script("an account's mail, by age and size", [
  {
    run: "accounts create anna1234 -p 'correct horse' -q",
  },
  {
    run: "accounts purge anna1234 --older 30d --read --larger 1M --dry-run",
    out: "Would delete 0 messages (0 B) of anna1234@chat.example\n",
  },
  {
    run: "accounts purge anna1234 --older 30d",
    exit: 10,
    err:
      "postern: Delete 0 messages (0 B) of anna1234@chat.example? Say so with --yes\n",
  },
  {
    run: "accounts purge anna1234 --older 30d --yes",
    out: "Deleted 0 messages (0 B) of anna1234@chat.example\n",
  },
  {
    run: "imap-mboxes anna1234",
    out: "MAILBOX  MESSAGES  UNSEEN  SIZE\nINBOX    0         0       0 B\n",
  },
  {
    run: "imap-msgs anna1234 INBOX",
    out: "UID  DATE  SIZE  READ\n",
  },
  {
    run: "imap-msgs anna1234 Nowhere",
    exit: 3,
    err: /^postern: /,
  },
]);

script("where services listen", [
  { run: "port ss status", out: /shadowsocks/ },
  { run: "port turns status", out: /turn_tls/ },
  {
    run: "port imap-tls status",
    out: "SERVICE   PORT  FOR     LISTENS\nimap_tls  993   public  yes\n",
  },
  {
    run: "port imap_tls set 1993 --json",
    out:
      '{"ok":true,"command":"port","data":{"name":"imap_tls","port":1993,"mode":"public","enabled":true,"applied":"server-not-running"}}\n',
  },
  {
    run: "port submission set 1993",
    exit: 4,
    err: /^postern: /,
  },
  {
    run: "port imap-tls reset -q",
  },
  {
    run: "port http disable",
    out:
      /^SERVICE +PORT +FOR +LISTENS\nhttp +- +public +no\n[^]*\nwarning: .*http-01/,
  },
  {
    run: "submission-access local",
    out:
      `SERVICE         PORT  FOR    LISTENS\nsubmission      587   local  yes\nsubmission_tls  465   local  yes\n${NOT_RUNNING}`,
  },
  {
    run: "submission-access status",
    out: /submission +587 +local +yes\nsubmission_tls +465 +local +yes\n$/,
  },
  {
    run: "submission-access public -q",
  },
  {
    run: "port status",
    out: /^SERVICE .*\nsmtp .*\nsubmission +587 +public +yes\n/,
  },
  {
    run: "port imp",
    exit: 2,
    err: /Did you mean imap\?/,
  },
  {
    run: "port imap set 70000",
    exit: 4,
    err: /^postern: /,
  },
  {
    run: "openrelay status",
    out: /^never\nMail from one stranger/,
  },
  {
    run: "openrelay enable",
    exit: 4,
    err: /^postern: Mail from one stranger to another is never taken/,
  },
]);

script("registration is closed and opened", [
  {
    run: "registration closed",
    out: /^registration +closed\n/,
  },
  {
    run: "registration open",
    out: /^registration +open\n/,
  },
]);
