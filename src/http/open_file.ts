/** Files of the disk as answers, read as the peer takes them. @module */
import { type AnsweredFile, fileAnswer } from "./file_answer.ts";
import type { ByteRange } from "./proto/byte_range.ts";

const PIECE_OCTETS = 64 * 1024;

/**
 * It is closed once it is sent, or nobody wants more of it.
 *
 * @param onClose called once, after that
 */
export async function openFileAnswer(
  request: Request,
  file: Deno.FsFile,
  known: Omit<AnsweredFile, "read">,
  onClose: () => void = () => {},
): Promise<Response> {
  let isRead = false;
  const close = () => {
    file.close();
    onClose();
  };
  try {
    return await fileAnswer(request, {
      ...known,
      async read(part) {
        await file.seek(part.start, Deno.SeekMode.Start);
        isRead = true;
        return piecesOf(file, part, close);
      },
    });
  } finally {
    if (!isRead) close();
  }
}

function piecesOf(
  file: Deno.FsFile,
  { start, end }: ByteRange,
  close: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = end - start;
  return new ReadableStream({
    async pull(controller) {
      try {
        const piece = new Uint8Array(Math.min(PIECE_OCTETS, left));
        const octets = left === 0 ? null : await file.read(piece);
        if (octets !== null) {
          left -= octets;
          return controller.enqueue(piece.subarray(0, octets));
        }
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      close();
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
