/**
 * What pages are made of. Built-in pages and the operator's own templates are
 * given the same: each member is a variable of a template, under its name here.
 *
 * @module
 */

/** One of the languages to choose from. */
export interface LanguageChoice {
  readonly code: string;
  readonly name: string;
  readonly href: string;
  /** `true` or `false`, as `aria-current` has it. */
  readonly current: string;
}

export interface ServiceRow {
  readonly protocol: string;
  readonly place: string;
  readonly security: string;
}

export interface TopicRow {
  readonly href: string;
  readonly title: string;
  readonly summary: string;
}

/** Of a page that everybody has; groups that a page has not are absent. */
export interface Variables {
  readonly Language: string;
  readonly Dir: string;
  readonly Languages: readonly LanguageChoice[];
  /** Without brackets. */
  readonly Domain: string;
  /** With brackets for an IP address. */
  readonly MailDomain: string;
  readonly MXDomain: string;
  readonly WebDomain: string;
  readonly PublicIP: string;
  /** `https://host[:port]` */
  readonly SiteURL: string;
  /** Empty unless it is shown. */
  readonly Version: string;
  /** Of the program. */
  readonly ProgramName: string;
  /** Where the program can be fetched from here; empty: nowhere. */
  readonly ProgramURL: string;
  /** `open`, `token` or `closed`. */
  readonly Registration: string;
  readonly RegistrationOpen: boolean;
  readonly JitRegistrationEnabled: boolean;
  readonly TokenRequired: boolean;
  readonly CertTrusted: boolean;
  readonly ClientHost: string;
  readonly ImapPortTLS: string;
  readonly ImapPortStartTLS: string;
  readonly SmtpPortTLS: string;
  readonly SmtpPortStartTLS: string;
  readonly DcloginImapSecurity: string;
  readonly DcloginSmtpSecurity: string;
  readonly DefaultQuota: number;
  readonly MaxMessageSize: number;
  readonly MaxMessagesPerMinute: number;
  readonly RetentionDays: number;
  readonly InactiveDeleteDays: number;
  readonly MessageRetentionLine: string;
  readonly SSURL: string;
  readonly SSQR: string;
  readonly V2rayNGConfigWS: string;
  readonly V2rayNGConfigGRPC: string;
  readonly AccountLink: string;
  readonly AccountQR: string;
  readonly SharingEnabled: boolean;
  readonly KeysRemembered: boolean;
  readonly TrafficCounted: boolean;
  readonly FederationEnabled: boolean;
  readonly WebClientEnabled: boolean;
  readonly DocsEnabled: boolean;
  readonly OperatorDocsEnabled: boolean;
  readonly OperatorName: string;
  readonly ContactText: string;
  readonly ContactLink: string;
  readonly AbuseContact: string;
  readonly PrivacyContact: string;
  readonly PrivacyContactLink: string;
  readonly SecurityContact: string;
  readonly SecurityContactLink: string;
  /** The same as numbers and sentences for people. */
  readonly QuotaText: string;
  readonly MessageSizeText: string;
  readonly RateText: string;
  /** Oldest messages make room for new ones. */
  readonly QuotaRolls: boolean;
  readonly Retention: readonly string[];
  readonly Services: readonly ServiceRow[];
  /** Nothing else of the site is there for who sees this page. */
  readonly Hidden: boolean;
  /** The style sheet itself, where it cannot be loaded. */
  readonly InlineStyle: string;
  readonly Style: string;
  readonly Script: string;
  readonly Icon: string;
  readonly SignUp: SignUpVariables;
  readonly Invite: InviteVariables;
  readonly Account: AccountVariables;
  readonly OwnAccount: OwnAccountVariables;
  readonly Custom: CustomVariables;
  readonly Share: ShareVariables;
  readonly OwnLink: OwnLinkVariables;
  readonly Message: MessageVariables;
  readonly Doc: DocVariables;
  readonly UserTopics: readonly TopicRow[];
  readonly OperatorTopics: readonly TopicRow[];
  readonly Headings: readonly TopicRow[];
  readonly Found: readonly TopicRow[];
}

export interface SignUpVariables {
  /** `open`, `token`, `closed`: by this page; `elsewhere`: at the URL; `no_https`: not at all. */
  readonly Kind: string;
  readonly URL: string;
  readonly ChosenNames: boolean;
  readonly NameRule: string;
  readonly PasswordRule: string;
  /** As it was typed, or a link brought it along. */
  readonly Token: string;
  readonly Username: string;
  readonly Password: string;
  /** Why the last try was refused; empty: there was none. */
  readonly Problem: string;
  readonly TokenInvalid: string;
  readonly UsernameInvalid: string;
  readonly PasswordInvalid: string;
  /** The token is one field of those that are folded away. */
  readonly TokenFolded: boolean;
  readonly Unfolded: boolean;
}

export interface InviteVariables {
  readonly Valid: boolean;
  /** `active`, `invalid` or `none`. */
  readonly Status: string;
  readonly ExpiresAt: string;
  readonly UsesLeft: string;
  /** What the operator tells whoever is invited. */
  readonly Note: string;
}

export interface AccountVariables {
  readonly Address: string;
  readonly Password: string;
  readonly Link: string;
  readonly QR: string;
}

/** Of the page on which people change or delete their account. */
export interface OwnAccountVariables {
  readonly Address: string;
  /** Why the last try was refused; empty: there was none. */
  readonly Problem: string;
  /** `changed`, `deleted` or empty. */
  readonly Done: string;
}

/** Of a contact link. */
export interface CustomVariables {
  readonly Slug: string;
  readonly URL: string;
  readonly Name: string;
  readonly Initial: string;
  readonly Kind: string;
  readonly InviteLink: string;
  readonly Link: string;
  readonly QR: string;
  readonly EditKey: string;
  readonly ReportLink: string;
}

/** Of the form for contact links. */
export interface ShareVariables {
  readonly URL: string;
  readonly Name: string;
  readonly Slug: string;
  readonly Problem: string;
}

/** Of the page on which a contact link is changed or deleted by whoever made it. */
export interface OwnLinkVariables {
  readonly Slug: string;
  readonly Key: string;
  readonly URL: string;
  readonly Name: string;
  /** Once it has been changed. */
  readonly Link: string;
  /** Why the last try was refused; empty: there was none. */
  readonly Problem: string;
  /** `changed`, `deleted` or empty. */
  readonly Done: string;
}

export interface MessageVariables {
  readonly Title: string;
  readonly Text: string;
}

export interface DocVariables {
  readonly Title: string;
  readonly Html: string;
  readonly Language: string;
  readonly Dir: string;
  readonly InEnglish: boolean;
  readonly SearchURL: string;
  /** What was searched for; empty: nothing. */
  readonly Asked: string;
  /** How much of it there is; empty: none. */
  readonly Found: string;
}

type Plain = string | number | boolean;

/** The name of a variable that is text, number or flag: `Domain`, `Custom.Name`. */
export type Path = {
  [K in keyof Variables & string]: Variables[K] extends Plain ? K
    : Variables[K] extends readonly unknown[] ? never
    : `${K}.${keyof Variables[K] & string}`;
}[keyof Variables & string];

export type ListPath = {
  [K in keyof Variables & string]: Variables[K] extends readonly unknown[] ? K
    : never;
}[keyof Variables & string];

export type ItemOf<L extends ListPath> = Variables[L][number];
