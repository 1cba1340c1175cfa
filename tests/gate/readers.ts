/**
 * How programs that are not ours read messages: what a user of each would see.
 *
 * @module
 */
import PostalMime from "postal-mime";

/** One thing that a reader found in a message. */
export interface Found {
  /** In lower case, or what else it was: `defect`, `preamble`, … */
  readonly type: string;
  readonly text: string;
}

export interface Reader {
  readonly name: string;
  /** The program it needs; none if it is a package. */
  readonly program?: string;
  read(messages: readonly Uint8Array[]): Promise<Found[][]>;
}

/** Whether a program is on this machine. */
export function hasProgram(name: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}

const POSTAL_MIME: Reader = {
  name: "postal-mime",
  read: (messages) =>
    Promise.all(messages.map(async (octets) => {
      const { text, html, attachments } = await PostalMime.parse(octets);
      const found: Found[] = [];
      if (text?.trim()) found.push({ type: "text/plain", text });
      if (html?.trim()) found.push({ type: "text/html", text: html });
      for (const { mimeType, content } of attachments) {
        found.push({ type: mimeType.toLowerCase(), text: textOf(content) });
      }
      return found;
    })),
};

function textOf(content: string | ArrayBuffer | Uint8Array): string {
  if (typeof content === "string") return content;
  return new TextDecoder("latin1").decode(content);
}

/** Reads files named as arguments; prints, as one JSON value, what it found in each. */
const PYTHON = `
import email, email.policy, json, sys
policy = getattr(email.policy, sys.argv[1])
def found_in(path):
    with open(path, "rb") as file:
        message = email.message_from_bytes(file.read(), policy=policy)
    found = []
    for part in message.walk():
        for defect in part.defects:
            found.append(["defect", repr(defect)])
        if part.is_multipart():
            for name in ("preamble", "epilogue"):
                text = getattr(part, name)
                if text and text.strip():
                    found.append([name, text])
        else:
            payload = part.get_payload(decode=True) or b""
            found.append([part.get_content_type(), payload.decode("latin-1")])
    return found
json.dump([found_in(path) for path in sys.argv[2:]], sys.stdout)
`;

function python(policy: string): Reader {
  return {
    name: `Python's email, policy ${policy}`,
    program: "python3",
    read: (messages) =>
      inFiles(messages, async (_folder, paths) => {
        const { stdout, stderr, success } = await new Deno.Command("python3", {
          args: ["-c", PYTHON, policy, ...paths],
          stdin: "null",
        }).output();
        if (!success) throw new Error(new TextDecoder().decode(stderr));
        const read: [string, string][][] = JSON.parse(
          new TextDecoder().decode(stdout),
        );
        return read.map((found) =>
          found.map(([type, text]) => ({ type, text }))
        );
      }),
  };
}

/** Shows what it would to a user who has no key: HTML and attachments as text, too. */
const MUTT: Reader = {
  name: "mutt",
  program: "mutt",
  read: (messages) =>
    inFiles(messages, async (folder, paths) => {
      for (const part of ["cur", "new", "tmp"]) {
        await Deno.mkdir(`${folder}/mail/${part}`, { recursive: true });
      }
      for (const [index, path] of paths.entries()) {
        const field = new TextEncoder().encode(`X-Index: ${index}\r\n`);
        const octets = await Deno.readFile(path);
        await Deno.writeFile(
          `${folder}/mail/cur/${index}.x:2,S`,
          Uint8Array.from([...field, ...octets]),
        );
      }
      await Deno.writeTextFile(
        `${folder}/append`,
        `cat >> ${folder}/shown; printf '\\n\\001\\n' >> ${folder}/shown\n`,
      );
      const types = ["text/html", "application/*", "message/*", "image/*"];
      await Deno.writeTextFile(
        `${folder}/mailcap`,
        types.map((type) => `${type}; cat %s; copiousoutput\n`).join(""),
      );
      await Deno.writeTextFile(`${folder}/muttrc`, muttrc(folder, types));
      await Deno.writeTextFile(`${folder}/shown`, "");
      const { stdout } = await new Deno.Command("script", {
        args: ["-qec", `mutt -n -R -F ${folder}/muttrc`, "/dev/null"],
        env: { TERM: "xterm", HOME: folder },
        stdin: "null",
        signal: AbortSignal.timeout(60_000),
      }).output();
      const shown = await Deno.readTextFile(`${folder}/shown`);
      const byIndex = new Map(
        shown.split("\n\x01\n").map((text) => [
          Number(/^X-Index: (\d+)$/m.exec(text)?.[1] ?? -1),
          text.slice(text.indexOf("\n\n")).trim(),
        ]),
      );
      return messages.map((_, index) => {
        const text = byIndex.get(index);
        if (text === undefined) {
          throw new Error(`mutt: ${new TextDecoder().decode(stdout)}`);
        }
        return text === "" ? [] : [{ type: "shown", text }];
      });
    }),
};

function muttrc(folder: string, types: readonly string[]): string {
  return [
    "set pipe_decode=yes pipe_split=yes wait_key=no crypt_use_gpgme=no",
    'set record="" header_cache="" quit=yes mark_old=no sleep_time=0',
    `set folder=${folder}/mail spoolfile=${folder}/mail`,
    `set mailcap_path=${folder}/mailcap tmpdir=${folder}`,
    `auto_view ${types.join(" ")}`,
    `push "<tag-pattern>~A<enter><tag-prefix><pipe-message>sh ${folder}/append<enter><exit>"`,
    "",
  ].join("\n");
}

async function inFiles<Answer>(
  messages: readonly Uint8Array[],
  work: (folder: string, paths: string[]) => Promise<Answer>,
): Promise<Answer> {
  const folder = await Deno.makeTempDir();
  try {
    const paths: string[] = [];
    for (const [index, octets] of messages.entries()) {
      const path = `${folder}/${index}.eml`;
      await Deno.writeFile(path, octets);
      paths.push(path);
    }
    return await work(folder, paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export const READERS: readonly Reader[] = [
  POSTAL_MIME,
  python("compat32"),
  python("default"),
  MUTT,
];
