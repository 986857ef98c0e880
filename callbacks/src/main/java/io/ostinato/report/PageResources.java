package io.ostinato.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** The scripts and styles of the page, which are in the jar. */
final class PageResources {
  /** Part of the page, as the licence asks of each copy. */
  private static final String LICENCE = "uplot/LICENSE";

  /** In the order in which they need each other. */
  private static final List<String> SCRIPTS =
      List.of("uplot/uPlot.iife.min.js", "page.js", "tables.js", "charts.js", "report.js");

  private static final List<String> STYLES = List.of("uplot/uPlot.min.css", "report.css");

  private final List<String> scripts = SCRIPTS.stream().map(PageResources::text).toList();
  private final List<String> styles = STYLES.stream().map(PageResources::text).toList();

  /** The elements of all styles. */
  String styles() {
    return styles.stream().map("<style>%s</style>\n"::formatted).collect(Collectors.joining());
  }

  /** The elements of all scripts. */
  String scripts() {
    return "<!--\nuPlot: %s\n-->\n".formatted(text(LICENCE))
        + scripts.stream().map("<script>%s</script>\n"::formatted).collect(Collectors.joining());
  }

  /** A policy that allows these scripts and styles alone, and nothing from elsewhere. */
  String policy() {
    return "default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'"
        .formatted(hashes(scripts), hashes(styles));
  }

  private static String hashes(List<String> texts) {
    return texts.stream().map(PageResources::hash).collect(Collectors.joining(" "));
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java has SHA-256", e);
    }
  }

  /** The text of a resource; line breaks are those that a browser hashes. */
  private static String text(String name) {
    try (InputStream in = PageResources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource '%s' is not in the jar".formatted(name));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
