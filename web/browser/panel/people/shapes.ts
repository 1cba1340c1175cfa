/** What operations on people answer, as far as the panel shows it. @module */

export interface ListedAccount {
  readonly username: string;
  readonly created_at: number;
  readonly first_login_at: number | null;
  readonly last_login_at: number | null;
  readonly used_bytes: number;
  readonly max_bytes: number;
  readonly is_default_quota: boolean;
  readonly messages: number;
  readonly pinned: boolean;
  readonly blocked: boolean;
}

export interface AccountPage {
  readonly accounts: readonly ListedAccount[];
  readonly total: number;
}

export interface AccountInfo
  extends Omit<ListedAccount, "created_at" | "blocked"> {
  /** Whether there is an account; else the name is only blocked. */
  readonly credentials: boolean;
  readonly blocklisted: boolean;
  readonly block_reason: string | null;
  readonly created_at: number | null;
  readonly origin: string | null;
}

export interface AccountStatus {
  readonly login_count: number;
  readonly registration_open: boolean;
  readonly token_required: boolean;
  readonly jit_enabled: boolean;
  readonly blocklisted: number;
}

export interface QuotaStatus {
  readonly total_storage_bytes: number;
  readonly accounts_count: number;
  readonly default_quota_bytes: number;
}

/** An account that somebody may log in to now: shown once, kept nowhere. */
export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly dclogin?: string | undefined;
}

/** The same of an account that there was already. */
export interface NewPassword {
  readonly username: string;
  readonly password: string;
  readonly dclogin: string;
}

export interface Blocked {
  readonly username: string;
  readonly reason: string;
  readonly blocked_at: number;
}

export interface RegistrationStatus {
  readonly open: boolean;
  readonly jit_enabled: boolean;
  readonly token_required: boolean;
}

export interface Invite {
  readonly token: string;
  readonly max_uses: number;
  readonly used_count: number;
  readonly pending_reservations: number;
  readonly uses: number;
  readonly status: "active" | "exhausted" | "expired";
  readonly comment: string;
  readonly public_note: string;
  readonly expires_at: number | null;
  readonly created_at: number;
  readonly invite_url?: string | null;
}

export interface Share {
  readonly slug: string;
  readonly name: string;
  readonly url: string;
  readonly kind: "contact" | "group" | "channel" | "reserved";
  readonly created_at: number;
  readonly views: number;
  readonly reserved: boolean;
  readonly link: string | null;
}
