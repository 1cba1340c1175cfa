/** What the site needs of the relay; app/ passes the real thing in. @module */
import type { LinkFacts } from "../accounts/login_link.ts";
import type { RefusalCode } from "../base/refusal.ts";
import type { HttpExchange } from "../http/peer.ts";
import type { Address } from "../mail/address.ts";
import type { EchoBackend } from "./doctor/backend.ts";
import type { MailService } from "./autoconfig.ts";
import type { Overlay } from "./overlay/overlay.ts";
import type { ServerLanguage } from "./pages/language.ts";

/** What the site needs of the relay; live, asked at each request. */
export interface SiteBackend {
  /** @param host that the request is for, without port; an unknown one gets the facts of the primary domain. */
  facts(host: string): SiteFacts;
  stealth(): SiteStealth;
  /** @throws {Refusal} */
  register(request: RegistrationRequest): Promise<NewAccount>;
  /**
   * What an invitation is good for; undefined, whatever is wrong with it.
   *
   * @throws {Refusal} `registration_limited` after too many that are not
   */
  invitation(
    token: string,
    peerAddress: string,
  ): Promise<Invitation | undefined>;
  /** The MTA-STS policy of a name that is ours; undefined if there is none. */
  mtaStsPolicy(host: string): string | undefined;
  /** Counts a page view of this address; seconds to wait when there were too many. */
  pageWait(address: string): number;
  /** The operator's own pages and files. */
  readonly overlay?: Overlay;
  /** Of the program itself; undefined where it runs from its sources. */
  readonly downloads?: Downloads | undefined;
  /** Of relays that ask which of their ports are open. */
  readonly echo: EchoBackend;
  /** A peer is told no. */
  countRefusal(code: RefusalCode): void;
}

/** What anybody may take. */
export interface Downloads {
  /** Path on the site and path of the file, which need not be there. */
  readonly program: readonly [string, string];
  /** Small ones, of the same kind. */
  readonly documents: readonly (readonly [string, string])[];
}

/** Of one of our domains. */
export interface SiteFacts {
  /** Where new accounts will be. */
  readonly domain: string;
  readonly links: LinkFacts;
  /** `https://host[:port]`, as others reach us. */
  readonly publicUrl: string;
  /** All DNS names and addresses that are us, with brackets for IPv6. */
  readonly hosts: readonly string[];
  readonly registration: "open" | "token" | "closed";
  readonly rules: SignUpRules;
  readonly retention: SiteRetention;
  /** An URI or an address; empty if there is none. */
  readonly adminContact: string;
  readonly autoconfig: boolean;
  readonly services: readonly MailService[];
  readonly hstsSeconds: number;
  /** Credentials may travel in clear, to everybody. */
  readonly allowsInsecure: boolean;
  /** By which clients come through Shadowsocks, where everybody may know. */
  readonly tunnelLink?: string;
  /** Where HTTPS is served; undefined: nowhere. */
  readonly httpsPort?: number;
  /** `https://host[:port]` to which pages asked for in clear are led; undefined: they are shown. */
  readonly movedTo?: string;
  /** Of visitors who ask for none that there is. */
  readonly language: ServerLanguage;
  readonly web: WebFacts;
}

/** What else pages say; texts are empty where there is nothing to say. */
export interface WebFacts {
  /** There are pages for people, and what belongs to them. */
  readonly pages: boolean;
  readonly mxHost: string;
  readonly publicIp: string;
  /** Of this program, where visitors may know it. */
  readonly version: string;
  readonly programName: string;
  /** Where it can be fetched from this site. */
  readonly programPath: string;
  readonly jitRegistration: boolean;
  readonly quotaOctets: number;
  /** The oldest messages make room in a full account. */
  readonly quotaRolls: boolean;
  readonly maxMessageOctets: number;
  readonly sendPerMinute: number;
  readonly operatorName: string;
  readonly abuseContact: string;
  readonly privacyContact: string;
  readonly securityContact: string;
  readonly sharing: boolean;
  /** Public keys of accounts. */
  readonly remembersKeys: boolean;
  /** Octets of each account on each day. */
  readonly countsTraffic: boolean;
  /** Mail from and to other servers. */
  readonly federates: boolean;
  readonly webClient: boolean;
  readonly docs: boolean;
  readonly operatorDocs: boolean;
}

/** What strangers are shown in place of the site. */
export interface SiteStealth {
  /** `minimal`: nothing; `decoy`: an ordinary site. */
  readonly mode: "off" | "minimal" | "decoy";
  /** Files of the ordinary site; empty: there are none. */
  readonly decoyDir: string;
  /** Who shows it once sees the site; empty: nobody does. */
  readonly gateKey: string;
}

/** Of names and passwords that people choose. */
export interface SignUpRules {
  readonly chosenNames: boolean;
  readonly minNameLength: number;
  readonly maxNameLength: number;
  /** In octets. */
  readonly passwordMinLength: number;
}

/** After what time something is deleted; undefined: never. */
export interface SiteRetention {
  readonly messagesSeconds?: number;
  /** Of messages that were read. */
  readonly largeSeconds?: number;
  readonly largeOctets?: number;
  /** After a message was read. */
  readonly seenSeconds?: number;
  /** After the last login. */
  readonly inactiveAccountsSeconds?: number;
  /** After creation, when nobody ever logged in. */
  readonly unusedAccountsSeconds?: number;
}

export interface RegistrationRequest {
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly peerAddress: string;
  /** Of ours, where the account will be. */
  readonly domain: string;
}

export interface Invitation {
  readonly usesLeft: number;
  /** Seconds since 1970 UTC. */
  readonly expiresAt?: number;
  /** Of the operator, for whoever is invited. */
  readonly note?: string;
}

export interface NewAccount {
  readonly address: Address;
  readonly password: string;
}

export type SiteEnv = { Bindings: HttpExchange };
