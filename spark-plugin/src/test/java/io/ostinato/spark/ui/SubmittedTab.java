package io.ostinato.spark.ui;

import java.io.IOException;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** An application that asks its own web UI for the tab. */
public final class SubmittedTab {
  private SubmittedTab() {}

  /** Prints what the tab's addresses answer. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (SparkSession session = SparkSession.builder().getOrCreate()) {
      String url = session.sparkContext().uiWebUrl().get();
      for (String path : new String[] {"/ostinato/", "/ostinato/ostinato.js", "/metrics/json/"}) {
        var answer = Http.get(url + path);
        System.out.printf("%s %s %s%n", path, answer.statusCode(), answer.body());
      }
      System.out.println("jobs " + Http.get(url + "/jobs/").body());
      System.out.println("page by Spark's loader: " + visible());
    }
  }

  private static boolean visible() {
    return SparkContext.class.getClassLoader().getResource("io/ostinato/spark/ui/page/index.html")
        != null;
  }
}
