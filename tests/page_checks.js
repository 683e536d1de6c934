// What is wrong with a page for people who do not see it well, or at all: one line each.
() => {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    wrong.push(`wider than the window by ${root.scrollWidth - root.clientWidth}`);
  }
  if (!["ja", "en"].includes(root.lang)) wrong.push("no language");
  if (!document.title) wrong.push("no title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  const visible = (element) => element.checkVisibility() && element.getClientRects().length > 0;

  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`heading skips a level: ${heading.innerText}`);
    level = next;
  }
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");

  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length) wrong.push(`ids used twice: ${twice}`);
  for (const name of ["aria-describedby", "aria-labelledby"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      const missing = element.getAttribute(name).split(/\s+/).filter((id) => !ids.includes(id));
      if (missing.length) wrong.push(`${name} of nothing: ${missing}`);
    }
  }
  for (const field of document.querySelectorAll("input, select, textarea")) {
    if (visible(field) && !(field.labels ?? []).length) wrong.push(`no label: ${field.name}`);
  }
  for (const link of document.querySelectorAll("a, button")) {
    if (visible(link) && !link.innerText.trim()) wrong.push(`no name: ${link.outerHTML}`);
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.querySelector("th[scope]")) wrong.push("table without headers");
  }

  // contrast of texts (WCAG 2.2, 1.4.3)
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour, below) => {
    probe.clearRect(0, 0, 1, 1);
    for (const one of [below, colour]) {
      if (!one) continue;
      probe.fillStyle = one;
      probe.fillRect(0, 0, 1, 1);
    }
    return [...probe.getImageData(0, 0, 1, 1).data];
  };
  const page = document.createElement("p");
  page.setAttribute("hidden", "");
  document.body.append(page);
  page.attributeStyleMap.set("background-color", "Canvas");
  const canvas = getComputedStyle(page).backgroundColor;
  page.remove();
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (rgb(colour)[3] > 0) return colour;
    }
    return canvas;
  };
  const light = ([r, g, b]) => {
    const linear = [r, g, b].map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const seen = new Set();
  let compared = 0;
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !visible(element)) continue;
    const back = behind(element);
    const pair = [getComputedStyle(element).color, back];
    compared += 1;
    if (seen.has(pair.join())) continue;
    seen.add(pair.join());
    const [a, b] = [light(rgb(pair[0], back)), light(rgb(back))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 90)}`);
  }
  if (compared < 10) wrong.push("nothing was compared");
  return wrong;
}
