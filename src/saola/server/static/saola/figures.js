// The figures of one sheet while it is filled in: total, how much is chosen, the class of this sheet
// alone, minimums it misses. For the eye only: the server computes what counts.
export function figures(form) {
  const bands = JSON.parse(form.dataset.bands); // [[from points, stars], …], highest first
  const boxes = [...form.querySelectorAll("fieldset[data-criterion]")];
  let total = 0, done = 0, of = boxes.length, lowest = 6;
  const missing = [], unmet = [];
  const story = form.dataset.story;
  const chosen = new Map(boxes.map((box) => [box.dataset.criterion, box.querySelector("input:checked")]));
  const noStory = story && chosen.get(story) && Number(chosen.get(story).dataset.points) === 0;
  for (const box of boxes) {
    const id = box.dataset.criterion, mark = chosen.get(id);
    if (mark) {
      total += Number(mark.dataset.points);
      done += 1;
    } else if (noStory && "onStory" in box.dataset) {
      done += 1;
    } else {
      missing.push(id);
      continue;
    }
    const points = mark ? Number(mark.dataset.points) : 0;
    for (const [stars, needed] of JSON.parse(box.dataset.minimums || "[]")) {
      if (points < needed) unmet.push({ id, stars, needed });
    }
  }
  const band = bands.find(([from]) => total >= from)[1];
  for (const { stars } of unmet) if (stars <= band) lowest = Math.min(lowest, stars);
  const stars = missing.length ? null : Math.min(band, lowest - 1);
  return { total, done, of, missing, stars, unmet };
}
