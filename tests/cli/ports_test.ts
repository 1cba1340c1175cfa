import { NOT_RUNNING, script } from "./script.ts";

script(
  "a listener that the file binds to this machine is said to be local",
  [
    {
      run: "port status --json",
      out:
        /"imap","port":143,"mode":"local".*"imap_tls","port":993,"mode":"public".*"http","port":8080,"mode":"local"/,
    },
    {
      run: "port imap public",
      out:
        /imap +143 +local +yes\n[^]*warning: the file has imap listen for this machine alone: postern config set listen\.imap :143; postern reload\n$/,
    },
    { run: "config set listen.imap :143", out: /In force after/ },
    { run: "port imap status", out: /imap +143 +public +yes/ },
    {
      run: "submission-access public --json",
      out:
        /"warnings":\["the file has submission listen for this machine alone: postern config set listen\.submission :587; postern reload"\]/,
    },
    { run: "config set listen.submission :587", out: /In force after/ },
    {
      run: "submission-access public",
      out: /submission +587 +public +yes\n.*public +yes\n(?!.*warning)/,
    },
    { run: "port imap_tls local", out: /imap_tls +993 +local +yes/ },
    {
      run: "port imap_tls public",
      out:
        `SERVICE   PORT  FOR     LISTENS\nimap_tls  993   public  yes\n${NOT_RUNNING}`,
    },
  ],
  `[listen]\nimap = ["127.0.0.1:143", "[::1]:143"]\nhttp = ["127.0.0.1:8080"]\nsubmission = "127.0.0.1:587"\n`,
);
