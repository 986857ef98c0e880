package io.ostinato.jobs.quickstart;

/** Quotes command-line arguments for a shell. */
final class ShellWord {
  private ShellWord() {}

  /** The argument, in quotes if it has characters that are special to a shell. */
  static String of(String argument) {
    return argument.matches("[\\w./:=,@%+-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
