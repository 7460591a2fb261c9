/** In place of `ftps/data/data-connection.ts`: the data connections of the model need no opening. */
export async function openData(): Promise<{ readonly raw: { readonly destroy: () => void } }> {
  return { raw: { destroy: () => undefined } };
}
