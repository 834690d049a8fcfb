/** Four bytes for each pixel: red, green, blue and how much it covers. */
export interface Picture {
  width: number;
  height: number;
  data: Buffer;
}

/** The same picture with no side longer than `most`; each pixel is the mean of those in its place. */
export function shrunk(picture: Picture, most: number): Picture {
  const scale = Math.max(picture.width, picture.height) / most;
  if (scale <= 1) return picture;
  const side = (length: number) => Math.max(1, Math.round(length / scale));
  const [width, height] = [side(picture.width), side(picture.height)];
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = [span(x, width, picture.width), span(y, height, picture.height)] as const;
      data.set(meanOf(picture, ...from), (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

type Span = readonly [first: number, end: number];

/** Which of `of` pixels the pixel `at` of `count` stands for. */
function span(at: number, count: number, of: number): Span {
  return [Math.floor((at * of) / count), Math.ceil(((at + 1) * of) / count)];
}

/** What is seen through does not colour what is not. */
function meanOf({ width, data }: Picture, [left, right]: Span, [top, bottom]: Span): number[] {
  let [red, green, blue, cover] = [0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      const weight = data[at + 3]!;
      red += data[at]! * weight;
      green += data[at + 1]! * weight;
      blue += data[at + 2]! * weight;
      cover += weight;
    }
  }
  const count = (right - left) * (bottom - top);
  if (cover === 0) return [0, 0, 0, 0];
  return [...[red, green, blue].map((sum) => Math.round(sum / cover)), Math.round(cover / count)];
}
