/** `npm run pictures`: renders the pictures of the README anew, beside this file. */
import { fileURLToPath } from 'node:url';
import { renderPictures } from './render.ts';

const pictures = await renderPictures(fileURLToPath(new URL('.', import.meta.url)));
if (pictures === undefined) {
  console.error('There is no Chromium at /usr/bin/chromium.');
  process.exit(1);
}
for (const picture of pictures) console.log(picture);
