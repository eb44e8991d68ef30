// The map of communes: cells by how many products they have; one opens its list.
const box = document.getElementById("ban-do");
const answer = await fetch(box.dataset.from);
const data = await answer.json();
const most = Math.max(1, ...data.features.map((one) => one.properties.products));
const style = ({ properties: { products } }) => ({
  color: "#55615B",
  weight: products ? 1 : 0.5,
  fillColor: "#1E5B3C",
  fillOpacity: products ? 0.2 + 0.7 * (Math.log1p(products) / Math.log1p(most)) : 0.03,
});
const L = globalThis.L;
const map = L.map(box, { attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false });
const cells = L.geoJSON(data, {
  style,
  onEachFeature({ properties: { code, name, products } }, layer) {
    const told = products ? `${products} ${box.dataset.some}` : box.dataset.none;
    layer.bindTooltip(`${name}: ${told}`, { sticky: true });
    if (products) layer.on("click", () => location.assign(box.dataset.opens + code));
  },
}).addTo(map);
map.fitBounds(cells.getBounds());
box.dataset.ready = "1";
