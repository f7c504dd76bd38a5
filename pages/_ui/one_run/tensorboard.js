// Shows a TensorBoard of ours in a frame; the same one stays as it is while the page runs again.
export default ({ parentElement, data }) => {
  const frame = parentElement.querySelector('iframe');
  const link = parentElement.querySelector('a');
  const address = new URL(data.url, document.baseURI).href;
  link.textContent = data.alone;
  link.href = address;
  frame.title = data.title;
  if (frame.getAttribute('src') !== address) frame.setAttribute('src', address);
};
