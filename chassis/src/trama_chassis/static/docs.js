// Starts Swagger UI on the page's own OpenAPI document; a file of its own because the page's policy allows no inline script.
const place = document.getElementById("docs");
SwaggerUIBundle({ url: place.dataset.openapi, domNode: place, deepLinking: true, validatorUrl: null });
