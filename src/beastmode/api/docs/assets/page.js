// Starts Swagger UI on the document named by the page. A file of its own, since the policy allows no inline script.
(() => {
  "use strict";

  const main = document.getElementById("operations");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function followColorScheme() {
    document.documentElement.classList.toggle("dark-mode", dark.matches);
  }

  function allowsPlainWord(pattern) {
    try {
      return new RegExp(pattern, "u").test("string");
    } catch {
      return true; // a pattern of another dialect cannot be sampled either
    }
  }

  // Swagger UI fills a text that has a pattern with random characters, even where the pattern only forbids a few.
  // A pattern that the ordinary sample "string" satisfies is left out of sampling, and of nothing else.
  function withoutLoosePatterns(schema) {
    return JSON.parse(
      JSON.stringify(schema, (key, value) =>
        key === "pattern" && typeof value === "string" && allowsPlainWord(value) ? undefined : value,
      ),
    );
  }

  function readableSamples({ getSystem }) {
    return {
      fn: {
        jsonSchema202012: {
          memoizedSampleFromSchema: (schema, ...rest) =>
            getSystem().fn.jsonSchema202012.sampleFromSchema(schema && withoutLoosePatterns(schema), ...rest),
        },
      },
    };
  }

  followColorScheme();
  dark.addEventListener("change", followColorScheme);
  SwaggerUIBundle({
    domNode: main,
    url: main.dataset.document,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    persistAuthorization: true,
    plugins: [readableSamples],
    validatorUrl: null, // the badge would send the document to validator.swagger.io
  });
})();
