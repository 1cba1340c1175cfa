/**
 * The configuration of a madmail as keys of ours. Whatever stands in it is
 * either taken, the same here unless told, left out for a reason, or a problem:
 * nothing goes without a word.
 *
 * @module
 */
import { isIP } from "node:net";
import { type KeyName, keyNamed } from "../schema.ts";
import { type Directive, MAX_OCTETS, parseDirectives } from "./directives.ts";
import { ENDPOINTS, TOML_KEYS } from "./rules.ts";
import {
  bare,
  isModule,
  lineOf,
  moduleOf,
  parsedToml,
  ruleFor,
  type Said,
  shown,
  UNKNOWN,
  whyBlockIsLeft,
} from "./said.ts";

/** One thing that the file says, and what has come of it. */
export interface Noted {
  readonly line: number;
  /** Never its values: they may be secrets. */
  readonly directive: string;
  readonly what: string;
}

export interface TakenKey {
  readonly value: unknown;
  readonly line: number;
  readonly directive: string;
}

export interface Translation {
  readonly taken: ReadonlyMap<KeyName, TakenKey>;
  /** What is so here, too, without a key. */
  readonly same: readonly Noted[];
  readonly left: readonly Noted[];
  /** What a person has to look at. */
  readonly problems: readonly Noted[];
  /** Where madmail keeps what `import-madmail` takes over. */
  readonly stateDir: string | undefined;
}

/**
 * Reads `maddy.conf` or, by the end of its name, `chatmail.toml`.
 *
 * @throws {SyntaxError} if it is neither
 */
export function translateMadmail(text: string, path: string): Translation {
  const translator = new Translator();
  if (path.endsWith(".toml")) translator.readToml(text);
  else translator.readDirectives(text);
  return translator.end();
}

/** Of names that a file gives, those that madmail itself reads. */
const NAMES = new Set([
  "hostname",
  "primary_domain",
  "local_domains",
  "public_ip",
]);
const TLS_MODES: Readonly<Record<string, string>> = {
  autocert: "autocert",
  acme: "autocert",
  file: "file",
  self_signed: "self_signed",
};
/** Of several limits, the narrowest is what counts. */
const NARROWEST: ReadonlySet<KeyName> = new Set(["limits.max_message_size"]);

class Translator {
  readonly #taken = new Map<KeyName, TakenKey>();
  readonly #same: Noted[] = [];
  readonly #left: Noted[] = [];
  readonly #problems: Noted[] = [];
  readonly #addresses = new Map<KeyName, { texts: string[]; said: Said }>();
  #domain: string | undefined;
  #host: Said | undefined;
  #locals: Said | undefined;
  #publicIp: string | undefined;
  #tlsMode: Said | undefined;
  #tlsFiles: Said | undefined;
  #stateDir: string | undefined;

  readDirectives(text: string): void {
    const { directives, names } = parseDirectives(text);
    for (const { name, values, line } of names) {
      const said = { block: "", name, args: values, line };
      if (NAMES.has(name)) this.#say(said);
      else this.#note(this.#same, said, "stands for its values");
    }
    for (const one of directives) this.#read(one, "");
  }

  readToml(text: string): void {
    if (text.length > MAX_OCTETS) {
      throw new SyntaxError("the file is over 1 MiB");
    }
    for (const [key, value] of Object.entries(parsedToml(text))) {
      const line = lineOf(text, key);
      const place = Object.hasOwn(TOML_KEYS, key) ? TOML_KEYS[key] : undefined;
      const isPlain = ["string", "number", "boolean"].includes(typeof value);
      if (place === undefined || !isPlain) {
        this.#problem({ block: "", name: key, args: [], line }, UNKNOWN);
        continue;
      }
      const [block = "", name = ""] = place.split(" ");
      const args = key === "local_domains"
        ? String(value).split(/[\s,]+/)
        : [String(value)];
      if (block === "listen") {
        this.#listen(
          { block: "", name: key, args: [], line },
          name === "openmetrics"
            ? "metrics.listen"
            : `listen.${name}` as KeyName,
          args[0]!,
        );
      } else this.#say({ block, name, args, line });
    }
  }

  end(): Translation {
    this.#endDomains();
    this.#endTls();
    for (const [key, { texts, said }] of this.#addresses) {
      this.#take(said, key, [...new Set(texts)].join(", "));
    }
    return {
      taken: this.#taken,
      same: this.#same,
      left: this.#left,
      problems: this.#problems,
      stateDir: this.#stateDir,
    };
  }

  #read(directive: Directive, block: string): void {
    const { name, args, block: inner, line } = directive;
    const said = { block, name, args, line };
    if (inner === undefined) return this.#say(said);
    const why = whyBlockIsLeft(name);
    if (why !== undefined) return this.#leave(said, why);
    if (block === "") {
      for (const one of args) this.#endpoint(said, one);
    }
    const isKnown = block !== "" || Object.hasOwn(ENDPOINTS, name) ||
      isModule(name);
    if (!isKnown) return this.#problem(said, UNKNOWN);
    // what is nested deeper belongs to the module that it is in
    const within = block === "" ? moduleOf(name) : block;
    if (name === "tls") this.#tlsBlock(inner);
    else for (const one of inner) this.#read(one, within);
  }

  /** `tls { loader autocert { … } }`, as version 1 has it. */
  #tlsBlock(inner: readonly Directive[]): void {
    for (const { name, args, block = [], line } of inner) {
      const said = { block: "tls", name, args, line };
      if (name !== "loader") {
        this.#leave(said, "versions and ciphers of TLS are those of today");
        continue;
      }
      this.#tlsMode ??= said;
      for (const { name, args, line } of block) {
        const inLoader = { block: "tls", name, args, line };
        if (name === "email") {
          this.#take(inLoader, "acme.email", args.join(" "));
        } else this.#leave(inLoader, "the certificate is for the domains here");
      }
    }
  }

  #say(said: Said): void {
    const { block, name, args } = said;
    const text = args.join(" ");
    const rule = ruleFor(said);
    const isRead = rule === undefined || !("leave" in rule);
    if (isRead && text.includes("{env:")) {
      return this.#problem(
        said,
        "names a variable of the environment of madmail: write its value",
      );
    }
    switch (`${block} ${name}`) {
      case " primary_domain":
      case "chatmail mail_domain":
        return this.#mainDomain(said, text);
      case "auth.pass_table jit_domain":
        return this.#note(this.#same, said, "new accounts are at the domain");
      case " local_domains":
        this.#locals ??= said;
        return;
      case " public_ip":
      case "chatmail public_ip":
        this.#publicIp ??= text;
        return this.#take(said, "server.public_ip", text);
      case " hostname":
        this.#host ??= said;
        return;
      case " state_dir":
        this.#stateDir ??= text;
        break;
      case " tls_mode":
        this.#tlsMode = said;
        return;
      case " tls":
      case "chatmail tls":
        return this.#tls(said);
      case "imap turn_enable":
        return /^(?:no|false|off|0|n|f|disabled?)$/i.test(text)
          ? this.#take(said, "listen.turn", "")
          : this.#note(this.#same, said, "calls are relayed unless told");
      case "imap iroh_relay_url":
        return /:3340\/?$/.test(text)
          ? this.#leave(said, "is here, at the ports of HTTP: clients are told")
          : this.#take(said, "iroh.relay_url", text);
      case "chatmail ss_addr":
        this.#take(said, "shadowsocks.enabled", "true");
        return this.#listen(said, "listen.shadowsocks", text);
    }
    this.#byRule(said, text);
  }

  #byRule(said: Said, text: string): void {
    const rule = ruleFor(said);
    if (rule === undefined) {
      const why = whyBlockIsLeft(said.name);
      return why === undefined
        ? this.#problem(said, UNKNOWN)
        : this.#leave(said, why);
    }
    if ("leave" in rule) return this.#leave(said, rule.leave);
    this.#take(
      said,
      rule.key,
      rule.as === "seconds"
        ? `${text}s`
        : rule.as === "words"
        ? said.args.join(", ")
        : text,
    );
  }

  #mainDomain(said: Said, text: string): void {
    const domain = isIP(bare(text)) === 0 ? text : `[${bare(text)}]`;
    if (this.#domain === undefined) this.#domain = domain;
    else if (this.#domain !== domain) {
      return this.#problem(said, "is another domain than the first one");
    }
    this.#take(said, "server.domain", domain);
  }

  #endDomains(): void {
    const host = this.#host;
    const name = host?.args.join(" ") ?? "";
    if (host && bare(name) === bare(this.#domain ?? "")) {
      this.#note(this.#same, host, "is the domain");
    } else if (host) this.#take(host, "server.hostname", name);
    if (this.#locals === undefined) return;
    const known = new Set(
      [this.#domain, this.#publicIp].map((one) =>
        bare(one ?? "").toLowerCase()
      ),
    );
    const others = this.#locals.args.filter((one) =>
      one !== "" && !known.has(bare(one).toLowerCase())
    );
    if (others.length === 0) {
      return this.#note(this.#same, this.#locals, "is the domain alone");
    }
    const written = others.map((one) =>
      isIP(bare(one)) === 0 ? one : `[${bare(one)}]`
    );
    this.#take(
      this.#locals,
      "server.domains",
      [...new Set(written)].join(", "),
    );
  }

  #tls(said: Said): void {
    const [way = "", chain, key] = said.args;
    if (way === "file" && chain !== undefined && key !== undefined) {
      if (this.#tlsFiles === undefined) this.#tlsFiles = said;
      else if (this.#tlsFiles.args.join(" ") !== said.args.join(" ")) {
        this.#leave(said, "one certificate is for all services; see tls.extra");
      }
    } else if (Object.hasOwn(TLS_MODES, way)) this.#tlsMode ??= said;
    else this.#problem(said, "is no way to a certificate that is known here");
  }

  #endTls(): void {
    const said = this.#tlsMode ?? this.#tlsFiles;
    if (said === undefined) return;
    const word = said.args[0] ?? "";
    const mode = Object.hasOwn(TLS_MODES, word) ? TLS_MODES[word] : undefined;
    if (mode === undefined) {
      return this.#problem(said, "is no mode that is known here: see tls.mode");
    }
    this.#take(said, "tls.mode", mode);
    const files = this.#tlsFiles;
    if (files === undefined) return;
    const [, chain = "", key = ""] = files.args;
    if (mode !== "file") {
      return this.#leave(files, `with ${mode} the certificate is made anew`);
    }
    this.#take(files, "tls.cert", chain);
    this.#take(files, "tls.key", key);
  }

  #endpoint(said: Said, written: string): void {
    const [, scheme = "", at = ""] =
      /^([a-z]{1,16}):\/\/(.{1,300})$/.exec(written) ?? [];
    if (said.name === "openmetrics" && scheme === "tcp") {
      this.#take(said, "metrics.compat_maddy", "true");
      return this.#listen(said, "metrics.listen", at);
    }
    const key = ENDPOINTS[said.name]?.[scheme];
    if (key !== undefined) return this.#listen(said, key, at);
    // the name of a module, as in "storage.imapsql local_mailboxes"
    if (scheme !== "") {
      this.#problem(said, `cannot listen at what begins with ${scheme}://`);
    }
  }

  /** Every address of IPv4 is every address here. */
  #listen(said: Said, key: KeyName, at: string): void {
    const place = at.replace(/^(?:0\.0\.0\.0|\[::\])?:/, ":");
    if (!key.startsWith("listen.")) return this.#take(said, key, at);
    const found = this.#addresses.get(key);
    if (found) found.texts.push(place);
    else this.#addresses.set(key, { texts: [place], said });
  }

  #take(said: Said, key: KeyName, text: string): void {
    const { kind, initial } = keyNamed(key);
    let value: unknown;
    try {
      value = kind.parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // what was read may be a secret
      return this.#problem(
        said,
        kind.secret ? `cannot be ${key}` : `cannot be ${key}: ${reason}`,
      );
    }
    const written = kind.format(value);
    const before = this.#taken.get(key);
    if (before !== undefined) {
      if (kind.format(before.value) === written) {
        return this.#note(this.#same, said, `is in line ${before.line}, too`);
      }
      if (!NARROWEST.has(key)) {
        return this.#problem(
          said,
          `${key} is another one in line ${before.line}`,
        );
      }
      if (Number(before.value) <= Number(value)) {
        return this.#leave(said, `the limit of line ${before.line} is lower`);
      }
      this.#left.push({
        line: before.line,
        directive: before.directive,
        what: `the limit of line ${said.line} is lower`,
      });
    } else if (initial !== undefined && kind.format(initial) === written) {
      return this.#note(this.#same, said, `${key} is so unless told`);
    }
    this.#taken.set(key, { value, line: said.line, directive: shown(said) });
  }

  #leave(said: Said, why: string): void {
    this.#note(this.#left, said, why);
  }

  #problem(said: Said, what: string): void {
    this.#note(this.#problems, said, what);
  }

  #note(list: Noted[], said: Said, what: string): void {
    list.push({ line: said.line, directive: shown(said), what });
  }
}
