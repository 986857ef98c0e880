package io.ostinato.jobs;

import io.ostinato.spark.TestJvm;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** A command in a process of its own, which has the class path and the options of this one. */
final class MainProcess {
  private MainProcess() {}

  static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(TestJvm.java());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-") && !argument.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    command.addAll(arguments);
    return command;
  }
}
