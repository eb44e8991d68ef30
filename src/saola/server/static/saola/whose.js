// On a device that several people use nobody sees what was kept for another: pages and papers go with the
// sign-out, and so do marks that the server has; what has not been sent waits for its person.
const user = document.body.dataset.user;
if ("caches" in window && localStorage.getItem("saola-user") !== user) {
  caches.delete("saola-pages");
  caches.delete("saola-papers");
  localStorage.setItem("saola-user", user);
  const open = indexedDB.open("saola-council");
  open.onupgradeneeded = () => open.transaction.abort(); // no council was here
  open.onsuccess = () => {
    const sheets = open.result.transaction("sheets", "readwrite").objectStore("sheets");
    sheets.openCursor().onsuccess = ({ target: { result: at } }) => {
      if (!at) return open.result.close();
      if (at.value.user !== user && at.value.revision <= at.value.sent) at.delete();
      at.continue();
    };
  };
}
