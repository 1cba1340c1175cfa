/**
 * The server object that `npm:smtp-server` wants beside its connections: here it
 * neither listens nor logs, and knows only the certificate for STARTTLS.
 *
 * @module
 */
import type { SecureContext } from "node:tls";
import type { Socket } from "node:net";
import { SMTPServer } from "smtp-server";

export class PackageServer extends SMTPServer {
  /** @param context Asked at each STARTTLS, so that a renewed certificate is used. */
  constructor(readonly context: () => SecureContext | undefined) {
    super({ logger: false, disableReverseLookup: true });
  }

  get offersTls(): boolean {
    return this.context() !== undefined;
  }

  /** The certificate of now is the one that the next handshake uses. */
  useCurrentContext(): void {
    const context = this.context();
    if (context) this.secureContext.set("*", context);
  }

  /** Keeps the package from making a context of a certificate of its own. */
  override updateSecureContext(): void {
    this.secureContext = new Map();
  }

  override onSecure(
    _socket: Socket,
    _session: unknown,
    done: (error?: Error | null) => void,
  ): void {
    done();
  }

  override onClose(): void {}

  override _resolveSNI(
    _name: string,
    done: (error: Error | null, context?: SecureContext) => void,
  ): void {
    done(null, this.secureContext.get("*"));
  }
}
