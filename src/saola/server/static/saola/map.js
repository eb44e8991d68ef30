// The map of communes: cells by how many products they have; one opens its list.
const box = document.getElementById("ban-do");
const answer = await fetch(box.dataset.from);
const data = await answer.json();
const most = Math.max(1, ...data.features.map((one) => one.properties.products ?? 0));
const COLOURS = { done: "#1E5B3C", part: "#2B3F8C", open: "#B7791F", none: "#7A1F2B" };
// how many products a commune has, or how far its task has come
const style = ({ properties: { products, state } }) => ({
  color: "#55615B",
  weight: products || state ? 1 : 0.5,
  fillColor: COLOURS[state] ?? "#1E5B3C",
  fillOpacity: state ? 0.45 : products ? 0.2 + 0.7 * (Math.log1p(products) / Math.log1p(most)) : 0.03,
});
const L = globalThis.L;
const map = L.map(box, { attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false });
const cells = L.geoJSON(data, {
  style,
  onEachFeature({ properties: { code, name, products, words, opens } }, layer) {
    const told = words ?? (products ? `${products} ${box.dataset.some}` : box.dataset.none);
    layer.bindTooltip(`${name}: ${told}`, { sticky: true });
    const leads = opens ?? (products ? box.dataset.opens + code : "");
    if (leads) layer.on("click", () => location.assign(leads));
  },
}).addTo(map);
map.fitBounds(cells.getBounds());
box.dataset.ready = "1";
