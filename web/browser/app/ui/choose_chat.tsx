/** Into which chat? @module */
import type { JSX } from "preact";
import { Dialog } from "../../panel/ui/dialog.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Book } from "../model/book.ts";
import { Face, faceOf, pictureOf } from "./parts/face.tsx";
import { said } from "./parts/said.ts";

export function ChooseChat({ book, title, onChoose, onClose }: {
  readonly book: Book;
  readonly title: string;
  readonly onChoose: (id: string) => Promise<void>;
  readonly onClose: () => void;
}): JSX.Element {
  const open = book.chats.filter(({ kind, isOwn, left, isRequest, members }) =>
    isOwn || (kind !== "channel" && !left && !isRequest &&
      members.some((one) => book.contact(one)))
  );
  return (
    <Dialog title={title} onClose={onClose}>
      <ul class="app-chats app-choose">
        {open.map((chat) => (
          <li key={chat.id}>
            <button
              type="button"
              class="app-chat"
              onClick={() => {
                onClose();
                onChoose(chat.id).catch((error) => toast(said(error), "bad"));
              }}
            >
              <Face
                name={chat.name}
                of={faceOf(chat)}
                kind={chat.kind}
                picture={pictureOf(chat, book)}
              />
              <strong dir="auto">{chat.name}</strong>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
