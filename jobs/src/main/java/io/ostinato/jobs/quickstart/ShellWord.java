package io.ostinato.jobs.quickstart;

/** Arguments of a command as a shell takes them. */
final class ShellWord {
  private ShellWord() {}

  /** In quotes where it has characters that mean something to a shell. */
  static String of(String argument) {
    return argument.matches("[\\w./:=,@%+-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
