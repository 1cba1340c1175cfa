/** What Shadowsocks gets of the relay. @module */
import { ensurePassword } from "../../admin/operations/tunnels/access.ts";
import type { Random } from "../../base/random.ts";
import { systemRandom } from "../../base/random.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Config } from "../../config/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Access } from "../../shadowsocks/proto/share_link.ts";
import type { Aead } from "../../shadowsocks/server/aead.ts";
import type {
  ShadowsocksBackend,
  ShadowsocksLimits,
} from "../../shadowsocks/server/backend.ts";
import type { Wire } from "../../shadowsocks/server/wire.ts";
import type { RelayCap } from "../bandwidth/relay_cap.ts";
import { systemAead } from "./system_aead.ts";
import type { OwnServices } from "./own_services.ts";

export interface RelayShadowsocksParts {
  readonly settings: Settings;
  readonly services: OwnServices;
  readonly random?: Random;
  readonly cap: Pick<RelayCap, "isReached" | "onChange">;
  config(): Config;
  /** Ends what is open. */
  cut(): void;
  reportBug(error: unknown): void;
}

export class RelayShadowsocks implements ShadowsocksBackend {
  readonly #parts: RelayShadowsocksParts;
  #aead: Aead | undefined;

  constructor(parts: RelayShadowsocksParts) {
    const { settings, cut, cap } = parts;
    this.#parts = parts;
    cap.onChange(cut);
    settings.onChange("shadowsocks_cipher", cut);
    settings.onChange("shadowsocks_password", () => {
      cut();
      this.#wantPassword();
    });
    settings.onChange("shadowsocks_enabled", (enabled) => {
      if (!enabled) cut();
      this.#wantPassword();
    });
    this.#wantPassword();
  }

  access(): Access | undefined {
    const { settings, cap } = this.#parts;
    return cap.isReached ? undefined : accessOf(settings);
  }

  aead(): Aead {
    return this.#aead ??= systemAead((fault) => this.#parts.reportBug(fault));
  }

  limits(): ShadowsocksLimits {
    const { handshakeTimeoutS, idleTimeout } = this.#parts.config().shadowsocks;
    return {
      handshakeMs: handshakeTimeoutS * 1000,
      idleMs: idleTimeout * 1000,
    };
  }

  reach(port: number, peerAddress: string): Promise<Wire | undefined> {
    return this.#parts.services.reach(port, peerAddress);
  }

  /** Behind the change that it follows from: a change waits for those who are told of it. */
  #wantPassword(): void {
    const { settings, random = systemRandom } = this.#parts;
    if (!settings.get("shadowsocks_enabled")) return;
    void ensurePassword(settings, random).catch((error) => {
      // locked by the file, or a full disk: then nobody comes
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    });
  }
}

/** undefined while there is no password yet. */
export function accessOf(settings: Settings): Access | undefined {
  const password = settings.get("shadowsocks_password");
  return password === ""
    ? undefined
    : { method: settings.get("shadowsocks_cipher"), password };
}
