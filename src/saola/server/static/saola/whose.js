// On a phone that several people use nobody sees the pages kept for another: they go with the sign-out.
const user = document.body.dataset.user;
if ("caches" in window && localStorage.getItem("saola-user") !== user) {
  caches.delete("saola-pages");
  caches.delete("saola-papers");
  localStorage.setItem("saola-user", user);
}
