/** What the forms ask for. The server checks again and knows more (weak passwords, taken addresses). */
import { z } from "zod";

const email = z.email("Enter an e-mail address, like name@example.com.");

export const loginSchema = z.object({
  email,
  password: z.string().min(1, "Enter your password."),
});

export const signupSchema = z.object({
  name: z.string().trim().min(1, "Enter your name."),
  email,
  password: z.string().min(8, "Use at least 8 characters."),
});

export type LoginValues = z.infer<typeof loginSchema>;
export type SignupValues = z.infer<typeof signupSchema>;
