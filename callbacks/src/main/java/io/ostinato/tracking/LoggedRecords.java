package io.ostinato.tracking;

import io.ostinato.weights.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The records in a run's {@code metrics.jsonl} at one moment, which a checkpoint saves, so that a
 * resume notices records that are missing or changed.
 *
 * @param count the number of records
 * @param sha256 the hash of their lines without their times, in hexadecimal
 */
public record LoggedRecords(int count, String sha256) {
  private static final String COUNT = "metrics_records";
  private static final String SHA256 = "metrics_sha256";

  /** The only part of a line that differs in a run that is repeated. */
  private static final Pattern TIME = Pattern.compile("\"time\":\"[^\"]*\",");

  private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,9}");

  /** The records of these lines. */
  public static LoggedRecords of(List<String> lines) {
    Digest digest = new Digest();
    lines.forEach(digest::add);
    return digest.records();
  }

  /** The values to save. */
  public Map<String, String> save() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put(COUNT, Integer.toString(count));
    values.put(SHA256, sha256);
    return values;
  }

  /** Reads saved values; empty if they were saved by a version that didn't count records. */
  public static Optional<LoggedRecords> in(Map<String, String> values) {
    String count = values.getOrDefault(COUNT, "");
    return WHOLE_NUMBER.matcher(count).matches() && values.containsKey(SHA256)
        ? Optional.of(new LoggedRecords(Integer.parseInt(count), values.getOrDefault(SHA256, "")))
        : Optional.empty();
  }

  /**
   * The difference between these records and the first ones in a file.
   *
   * @param lines the lines of the file
   * @return what is wrong with the file, as a clause; empty if it begins with these records
   */
  public Optional<String> problemIn(List<String> lines) {
    if (lines.size() < count) {
      return Optional.of(
          "it has %s records instead of %s: %s %s missing"
              .formatted(
                  lines.size(),
                  count,
                  count - lines.size(),
                  count - lines.size() == 1 ? "is" : "are"));
    }
    return of(lines.subList(0, count)).equals(this)
        ? Optional.empty()
        : Optional.of(
            "its first %s records are not those that were logged: some were changed, removed,"
                    .formatted(count)
                + " repeated or put in another order");
  }

  /** The records of lines that are added one by one. Not thread-safe. */
  static final class Digest {
    private final MessageDigest digest = Sha256.start();
    private int count;

    void add(String line) {
      String text = TIME.matcher(line).replaceFirst("") + "\n";
      digest.update(text.getBytes(StandardCharsets.UTF_8));
      count++;
    }

    LoggedRecords records() {
      try {
        return new LoggedRecords(count, Sha256.hex((MessageDigest) digest.clone()));
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("SHA-256 can be cloned", e);
      }
    }
  }
}
