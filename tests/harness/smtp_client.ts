/** A submission client for tests, as Delta Chat speaks it. @module */
import { LineConnection, type Place } from "./line_connection.ts";

export class SmtpClient {
  private constructor(
    readonly wire: LineConnection,
    readonly address: string,
  ) {}

  /** Connects by implicit TLS and logs in. @throws {Error} with the reply that was not expected */
  static async submit(
    place: Place,
    certificate: string,
    address: string,
    password: string,
  ): Promise<SmtpClient> {
    const wire = await LineConnection.open(place, certificate);
    const client = new SmtpClient(wire, address);
    await client.expect(220);
    await client.exchange("EHLO [127.0.0.1]", 250);
    await client.exchange(
      `AUTH PLAIN ${btoa(`\0${address}\0${password}`)}`,
      235,
    );
    return client;
  }

  /** Connects in clear, as another server does. @param address The sender of what it sends */
  static async connect(place: Place, address = ""): Promise<SmtpClient> {
    const client = new SmtpClient(await LineConnection.open(place), address);
    await client.expect(220);
    return client;
  }

  /** Sends a message; resolves with the reply's text at its 250. */
  async send(
    recipients: readonly string[],
    message: Uint8Array,
  ): Promise<string> {
    await this.start(recipients);
    await this.wire.write(message);
    return await this.expect(250);
  }

  /** Everything before the message's octets, which end with CRLF.CRLF and come next. */
  async start(recipients: readonly string[]): Promise<void> {
    await this.exchange(`MAIL FROM:<${this.address}>`, 250);
    for (const recipient of recipients) {
      await this.exchange(`RCPT TO:<${recipient}>`, 250);
    }
    await this.exchange("DATA", 354);
  }

  async exchange(command: string, code: number): Promise<string> {
    await this.wire.write(`${command}\r\n`);
    return await this.expect(code);
  }

  /** Reads a reply, its lines joined by LF. @throws {Error} if its code is another */
  async expect(code: number): Promise<string> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.wire.readLine();
      lines.push(line);
      if (line[3] !== "-") break;
    }
    const reply = lines.join("\n");
    if (!reply.startsWith(String(code))) throw new Error(`SMTP: ${reply}`);
    return reply;
  }

  close(): void {
    this.wire.close();
  }
}
