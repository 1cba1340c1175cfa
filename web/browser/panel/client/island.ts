/** Where the server says that it is: the one thing that the page brings along. @module */

interface Island {
  /** Path of the admin API; it may move. */
  api: string;
  /** Path of this panel, without a slash at its end. */
  readonly base: string;
}

function read(): Island {
  const text = document.getElementById("island")?.textContent ?? "{}";
  const { api, base } = JSON.parse(text);
  return { api: String(api ?? ""), base: String(base ?? "") };
}

export const ISLAND: Island = read();
