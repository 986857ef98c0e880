package io.ostinato.evaluation;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of a dataset's content from earlier readings. Not thread-safe. */
public final class KnownContent {
  private @Nullable DataContent known;

  /**
   * Describes the first difference between earlier readings and this one, which is remembered if
   * there is none and it includes more rows.
   */
  public Optional<String> changeTo(DataContent now) {
    DataContent before = known == null ? now : known;
    Optional<String> change = before.changeTo(now);
    if (change.isEmpty()) {
      known = now.tellsMoreThan(before) ? now : before;
    }
    return change;
  }
}
