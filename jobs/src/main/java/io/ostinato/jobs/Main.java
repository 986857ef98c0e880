package io.ostinato.jobs;

import io.ostinato.jobs.quickstart.QuickstartCommand;
import io.ostinato.jobs.train.TrainCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The entry point for spark-submit. Exit codes: 0 done, 1 failed, 2 wrong usage.
 *
 * <p>A failure is one line on standard error; {@code --stacktrace} shows where it came from.
 */
@Command(
    name = "ostinato",
    description = "Evaluates deep-learning models while they train, each time as a Spark job.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {QuickstartCommand.class, TrainCommand.class})
public final class Main {

  @Option(names = "--stacktrace", description = "Show where an error comes from.")
  private boolean stacktrace;

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
  }

  /** Runs a command; returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    Main main = new Main();
    return new CommandLine(main)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> {
              err.println("error: " + exception.getMessage());
              if (main.stacktrace) {
                exception.printStackTrace(err);
              }
              return 1;
            })
        .execute(args);
  }
}
