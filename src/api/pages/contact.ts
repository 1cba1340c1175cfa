/** Whoever runs the server, as visitors see it. @module */

export interface Contact {
  readonly text: string;
  /** Where it leads, if it may be a link. */
  readonly href?: string;
}

const LINKED = /^(?:mailto|https?|xmpp|openpgp4fpr|matrix|tel):/i;

/** undefined if nobody is named. */
export function contactOf(text: string): Contact | undefined {
  const contact = text.trim();
  if (contact === "") return undefined;
  if (LINKED.test(contact)) {
    return { text: contact.replace(/^mailto:/i, ""), href: contact };
  }
  return /^[^\s:/]+@[^\s:/]+$/.test(contact)
    ? { text: contact, href: `mailto:${contact}` }
    : { text: contact };
}
