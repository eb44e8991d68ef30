// Photos made smaller on the device before they are kept or sent.
export const PAPER = { shortSide: 1700, bytes: 800_000 };  // letters must stay readable
export const SCENE = { shortSide: 900, bytes: 300_000 };

// the first of falling qualities that fits, else the smallest made
async function smallest(picture, scale, file, bytes) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  let best = file;
  for (const quality of [0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25]) {
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (made && made.size < best.size) best = made;
    if (best.size <= bytes) break;
  }
  return best;
}

export async function shrunk(file, wanted, say = () => {}) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= wanted.bytes) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  let scale = Math.min(1, wanted.shortSide / Math.min(picture.width, picture.height));
  let best = await smallest(picture, scale, file, wanted.bytes);
  // a scene may lose more; letters may not
  while (wanted === SCENE && best.size > wanted.bytes && scale > 0.05) {
    scale *= 0.75;
    best = await smallest(picture, scale, best, wanted.bytes);
  }
  if (best === file) return file;
  say(`${Math.round(file.size / 1024)} → ${Math.round(best.size / 1024)} KB`);
  return new File([best], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
}
