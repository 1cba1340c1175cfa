/** What became of what clients sent, since the start: numbers only. @module */

export class IrohFigures {
  /** Of frames, with their headers. */
  octetsIn = 0;
  octetsOut = 0;
  /** That were said to be who they are. */
  introduced = 0;
  /** That were turned away: what they said first was wrong. */
  strangers = 0;
  /** That came again, and took the place of a connection that was there. */
  replaced = 0;
  /** What came and was none, or none that is spoken. */
  framesInvalid = 0;
  /** That a client has no reason to send. */
  framesIgnored = 0;
  /** By what became of them. */
  readonly datagrams = { forwarded: 0, nobody: 0, full: 0 };
  /** That did not take what was for them, or did not answer. */
  stalled = 0;
}
