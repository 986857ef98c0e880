package io.ostinato.torchscript;

import java.util.LinkedHashSet;
import java.util.Set;

/** What was found in the code so far. */
final class Findings {
  private final Set<String> assigned = new LinkedHashSet<>();
  private final Set<String> readFirst = new LinkedHashSet<>();
  private final Set<String> changed = new LinkedHashSet<>();
  private final Set<String> doubts = new LinkedHashSet<>();
  private final Set<String> training = new LinkedHashSet<>();

  /** An attribute of the module is assigned. */
  void assigned(String attribute) {
    assigned.add(attribute);
  }

  /** An attribute is read where it may not have been assigned before. */
  void readFirst(String attribute) {
    readFirst.add(attribute);
  }

  /** Something of the module's is changed in place. */
  void changed(String what) {
    changed.add(what);
  }

  /** The code doesn't say whether it keeps something. */
  void doubt(String why) {
    doubts.add(why);
  }

  /** The code does in evaluation what is for training. */
  void trains(String what) {
    training.add(what);
  }

  KeptState state() {
    if (!changed.isEmpty() || assigned.stream().anyMatch(readFirst::contains)) {
      return KeptState.ACCUMULATED;
    }
    if (!doubts.isEmpty()) {
      return KeptState.UNKNOWN;
    }
    return assigned.isEmpty() ? KeptState.NONE : KeptState.OVERWRITTEN;
  }

  /** What is kept, as in {@code features of Net}. */
  Set<String> kept() {
    Set<String> kept = new LinkedHashSet<>(assigned);
    kept.addAll(changed);
    return kept;
  }

  Set<String> doubts() {
    return doubts;
  }

  Set<String> training() {
    return training;
  }
}
